using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Takes orders at a node that stays up.</summary>
public interface IOrderTaker
{
    /// <summary>Takes a program over and lets it run. Ends when it is this node's, and its first instruction is next.</summary>
    /// <exception cref="MigrationException">It failed; the image is as it was.</exception>
    Task<OrderReceipt> ResumeAsync(ResumeOrder order, CancellationToken cancellationToken);

    /// <summary>Makes children of an image and lets them run: all of them, or none. Ends when they run, in the order of their indexes.</summary>
    /// <exception cref="MigrationException">It failed; the image is as it was.</exception>
    Task<ImmutableArray<OrderReceipt>> ForkAsync(ForkOrder order, CancellationToken cancellationToken);

    /// <summary>How a program has ended; Running where it has not within this time.</summary>
    /// <exception cref="MigrationException">No such program was ordered, or that is long ago.</exception>
    Task<OrderedEnd> WaitAsync(Guid program, TimeSpan patience, CancellationToken cancellationToken);
}
