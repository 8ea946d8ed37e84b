namespace QuicWasm.Modules;

/// <summary>The immediate of a load or store.</summary>
/// <param name="Alignment">The alignment hint, as a power of two.</param>
/// <param name="Offset">What is added to the address, in bytes.</param>
/// <param name="MemoryIndex">The memory; 0 without the proposal for several memories.</param>
public readonly record struct MemArg(uint Alignment, ulong Offset, uint MemoryIndex);
