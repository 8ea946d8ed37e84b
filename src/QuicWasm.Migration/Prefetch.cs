namespace QuicWasm.Migration;

/// <summary>What comes ahead of its first touch in mode cow. The numbers are of the protocol.</summary>
[Flags]
public enum Prefetch : byte
{
    /// <summary>Nothing: each granule comes when it is touched.</summary>
    None = 0,

    /// <summary>Where touches follow each other at one distance, the next ones, in a window that grows while that goes on.</summary>
    ReadAhead = 1,

    /// <summary>With the skeleton: the live shadow stack, and what the pointers of the top frames point to.</summary>
    Stack = 2,

    /// <summary>What an earlier program of the same image touched first, as far as the memory node keeps such a list.</summary>
    Recorded = 4,

    /// <summary>Everything else, behind all of the above.</summary>
    Push = 8,
}
