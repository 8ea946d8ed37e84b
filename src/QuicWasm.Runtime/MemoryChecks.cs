namespace QuicWasm.Runtime;

/// <summary>How compiled code finds that an address is outside of a memory. What a program sees is the same, but for loads that cross a memory's end.</summary>
public enum MemoryChecks
{
    /// <summary>
    /// By address space: around a memory so much is reserved that no 32-bit address and offset leaves it, and an access there traps. Where the
    /// system, the allocation or the memory does not allow that, by comparison. A load that begins inside and ends outside may give the bytes inside
    /// where the program does not use the others.
    /// </summary>
    Guarded,

    /// <summary>By a comparison before each access.</summary>
    Compared,
}
