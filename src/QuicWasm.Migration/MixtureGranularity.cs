using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>Pages of what is large and touched here and there (memories, data); whole instances of everything else.</summary>
internal sealed class MixtureGranularity : ICopyGranularity
{
    public Granularity Granularity => Granularity.Mixture;

    public string Name => "mixture";

    public GranulePlan Plan(ImageLayout layout, GranularityOptions options) => GranulePlanBuilder.Plan(layout, options, (builder, parts) =>
    {
        foreach (ImagePart part in parts)
        {
            builder.Add(part);
            if (part.Kind is PartKind.Memory or PartKind.Data or PartKind.DataSection)
            {
                builder.Cut((ulong)options.PageBytes);
            }
            else
            {
                builder.CutWhole();
            }
        }
    });
}
