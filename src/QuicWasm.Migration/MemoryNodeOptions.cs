using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Limits and deadlines of a memory node.</summary>
public sealed record MemoryNodeOptions
{
    /// <summary>The node's name, which peers are told.</summary>
    public string Name { get; init; } = "memory-node";

    /// <summary>How long a claim stands while nothing moves.</summary>
    public TimeSpan ClaimLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer may take to say hello, or to take bytes that it has asked for, before its connection is closed.</summary>
    public TimeSpan StallDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long freezing a program may take on behalf of a peer.</summary>
    public TimeSpan FreezeDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a node that stops leaves its peers to read their last answers, before it closes their connections.</summary>
    public TimeSpan EndDeadline { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes of a granule that travel in one frame: 4 KiB to 1 MiB. It bounds what a stream holds in memory.</summary>
    public int ChunkBytes { get; init; } = 256 << 10;

    /// <summary>Images that one connection may have open.</summary>
    public int MaxOpenImages { get; init; } = 64;

    /// <summary>Images that the node keeps.</summary>
    public int MaxImages { get; init; } = 1024;

    /// <summary>Where leases get their time from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Who takes orders to resume programs here; null: nobody, and they are refused.</summary>
    public IOrderTaker? Orders { get; init; }

    /// <summary>Told what a program of an image touched first, when its owner has said so; from any thread.</summary>
    public Action<Guid, ImmutableArray<PartRange>>? WorkingSetKept { get; init; }

    /// <summary>Told each error that ended a peer's connection or was sent to it, and each claim that was given up; from any thread.</summary>
    public Action<MigrationException>? PeerFailed { get; init; }

    internal void Validate()
    {
        if (ChunkBytes is < 4096 or > ProtocolLimits.MaxChunkBytes)
        {
            throw new MigrationException(
                MigrationError.InvalidOption, $"chunks of {ChunkBytes} bytes: give 4096 to {ProtocolLimits.MaxChunkBytes}");
        }
    }
}
