using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>One granule for each instance: a function, a table, a memory, a global, an element or data segment.</summary>
internal sealed class InstanceGranularity : ICopyGranularity
{
    public Granularity Granularity => Granularity.Instance;

    public string Name => "instance";

    public GranulePlan Plan(ImageLayout layout, GranularityOptions options) => GranulePlanBuilder.Plan(layout, options, (builder, parts) =>
    {
        foreach (ImagePart part in parts)
        {
            builder.Add(part);
            builder.CutWhole();
        }
    });
}
