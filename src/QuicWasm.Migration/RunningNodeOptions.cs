using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>Limits and deadlines of a node that asks: a running node, or a tool.</summary>
public sealed record RunningNodeOptions
{
    /// <summary>The node's name, which peers are told.</summary>
    public string Name { get; init; } = "running-node";

    /// <summary>What the transport is told.</summary>
    public TransportOptions Transport { get; init; } = TransportOptions.Default;

    /// <summary>How long an answer may take, and how long a transfer may stand still.</summary>
    public TimeSpan StallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a freeze may take at the peer.</summary>
    public TimeSpan FreezeDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the answer to a commit is asked for, over new connections where necessary, before its outcome counts as unknown.</summary>
    public TimeSpan CommitDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the memory node may be away while an image is copied: lost connections are made again for so long. Zero: they are not.</summary>
    public TimeSpan LinkDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Called when the connection is lost in the middle of a copy, and is about to be made again; from any thread.</summary>
    public Action<MigrationException>? LinkLost { get; init; }

    /// <summary>How long a program waits for a part that it touched, before it traps.</summary>
    public TimeSpan FaultDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether it is counted which pages that came ahead of their first touch were touched: such memories keep to views of which each page is mapped by a fault of
    /// its own, also when all are here.
    /// </summary>
    public bool CountsTouches { get; init; }

    /// <summary>What brings missing pages of memories in mode cow; null where memories must be copied first.</summary>
    public Pager? Pager { get; init; }
}
