using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>One granule with everything, the skeleton first. Nothing is left to fetch, so both modes are the same.</summary>
internal sealed class WholeBinaryGranularity : ICopyGranularity
{
    public Granularity Granularity => Granularity.WholeBinary;

    public string Name => "whole-binary";

    public GranulePlan Plan(ImageLayout layout, GranularityOptions options)
    {
        options.Validate();
        GranulePlanBuilder builder = new(layout);
        builder.AddSkeleton();
        foreach (ImagePart part in layout.Parts)
        {
            if (!part.IsSkeleton)
            {
                builder.Add(part);
            }
        }

        builder.CutWhole();
        builder.MarkRequired();
        return builder.Build();
    }
}
