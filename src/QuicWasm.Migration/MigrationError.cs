namespace QuicWasm.Migration;

/// <summary>What went wrong in a migration: a closed list. The numbers are of the protocol.</summary>
public enum MigrationError : byte
{
    /// <summary>The peer sent something that the protocol does not allow here.</summary>
    ProtocolViolation = 1,

    /// <summary>The peer speaks no version of the protocol that this node speaks.</summary>
    UnsupportedVersion = 2,

    /// <summary>Something is larger than a limit.</summary>
    LimitExceeded = 3,

    /// <summary>An option is out of range.</summary>
    InvalidOption = 4,

    /// <summary>The node has no such image, or more than one where the only one was asked for.</summary>
    UnknownImage = 5,

    /// <summary>The node has no such program, or more than one where the only one was asked for.</summary>
    UnknownProgram = 6,

    /// <summary>Another node has claimed the image.</summary>
    ImageClaimed = 7,

    /// <summary>Another node owns the image's program now.</summary>
    ImageCommitted = 8,

    /// <summary>The claim is over: released, passed its deadline, or another one took its place. The claimant must not run the program.</summary>
    ClaimLost = 9,

    /// <summary>The image cannot be read, or its bytes are wrong.</summary>
    ImageUnreadable = 10,

    /// <summary>The program could not be frozen; it goes on where it is, or its runtime says why not.</summary>
    FreezeFailed = 11,

    /// <summary>The program could not be put together again at the destination. The image at the source is intact.</summary>
    RestoreFailed = 12,

    /// <summary>The peer did not answer, or nothing moved, within the deadline.</summary>
    DeadlineExceeded = 13,

    /// <summary>The connection could not be made, or was lost.</summary>
    ConnectionLost = 14,

    /// <summary>This node cannot do it.</summary>
    Unsupported = 15,

    /// <summary>The answer to a commit was lost: whether this node owns the program is not known. It must ask again, and must not run it.</summary>
    CommitUnknown = 16,

    /// <summary>The node is going away.</summary>
    NodeStopping = 17,

    /// <summary>Nodes read the image for children of its program; it cannot be taken meanwhile.</summary>
    ImageShared = 18,
}
