using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A program that runs at a memory node until somebody wants it frozen.</summary>
public interface IHostedProgram
{
    /// <summary>Its identity.</summary>
    Guid Id { get; }

    /// <summary>A name for people.</summary>
    string Name { get; }

    /// <summary>
    /// Stops the program at its next safe point and captures it. The caller owns the image. Flat: pages that have not arrived are fetched first;
    /// else they are when they are read, and what they come from must stay as long as the image.
    /// </summary>
    /// <exception cref="MigrationException">It cannot be frozen, for example because it has ended (FreezeFailed).</exception>
    Task<IImageSource> FreezeAsync(bool isFlat, CancellationToken cancellationToken);

    /// <summary>Captures the program at its next safe point, and lets it go on. The caller owns the image.</summary>
    /// <exception cref="MigrationException">It cannot be captured, for example because it has ended (FreezeFailed).</exception>
    Task<IImageSource> ForkAsync(CancellationToken cancellationToken);
}
