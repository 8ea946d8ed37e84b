using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>What a migration fills: a program that is being restored, or a copy of the image.</summary>
public interface IMigrationTarget : IImageTarget
{
    /// <summary>Says which parts will come. Called once, before any byte.</summary>
    /// <exception cref="ImageException">The image is over a limit here.</exception>
    void Begin(ImageLayout layout);

    /// <summary>All skeleton parts have been written. No byte of another part comes before this returns.</summary>
    /// <exception cref="ImageException">They cannot be used here.</exception>
    void BuildSkeleton();

    /// <summary>All parts have been written, or those that must come first. Called before the commit: when it throws, the program stays at its source.</summary>
    /// <param name="fetcher">Fetches the parts that have not come; null where all have.</param>
    /// <exception cref="ImageException">They cannot be used here.</exception>
    void Complete(IPartFetcher? fetcher);
}
