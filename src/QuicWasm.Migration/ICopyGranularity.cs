using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>Cuts an image into granules. Pure: the same layout and options always give the same plan, at both ends.</summary>
public interface ICopyGranularity
{
    /// <summary>Which granularity it is.</summary>
    Granularity Granularity { get; }

    /// <summary>Its name on command lines and in tables.</summary>
    string Name { get; }

    /// <summary>Cuts the image.</summary>
    /// <exception cref="MigrationException">An option is out of range, or the image has too many granules.</exception>
    GranulePlan Plan(ImageLayout layout, GranularityOptions options);
}
