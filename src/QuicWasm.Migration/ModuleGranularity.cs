using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>One granule for each module instance with all it owns; parts that no module instance owns form one more.</summary>
internal sealed class ModuleGranularity : ICopyGranularity
{
    public Granularity Granularity => Granularity.Module;

    public string Name => "module";

    public GranulePlan Plan(ImageLayout layout, GranularityOptions options) => GranulePlanBuilder.Plan(layout, options, (builder, parts) =>
    {
        ImagePart? last = null;
        foreach (ImagePart part in parts.OrderBy(p => (uint)p.Owner).ThenBy(p => p.Number))
        {
            if (last is not null && last.Owner != part.Owner)
            {
                builder.CutWhole();
            }

            builder.Add(part);
            last = part;
        }

        builder.CutWhole();
    });
}
