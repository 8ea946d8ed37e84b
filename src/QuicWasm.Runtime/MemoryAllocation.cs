namespace QuicWasm.Runtime;

/// <summary>What a piece of instance memory is for.</summary>
public enum AllocationUsage
{
    /// <summary>A linear memory.</summary>
    LinearMemory,

    /// <summary>Cells of globals and memories.</summary>
    Cells,

    /// <summary>The frame stack of an engine.</summary>
    Stack,
}

/// <summary>Gives at least <paramref name="lengthBytes"/> bytes, aligned to 4096, that stay where they are; 0 where it has none.</summary>
public delegate nint AllocateFunction(ulong lengthBytes, AllocationUsage usage);

/// <summary>Takes back what an <see cref="AllocateFunction"/> gave.</summary>
public delegate void FreeFunction(nint address, ulong lengthBytes, AllocationUsage usage);

/// <summary>Where a runtime takes its instance memory from: a choice of Configure.</summary>
public abstract record MemoryAllocation
{
    private MemoryAllocation()
    {
    }

    /// <summary>From the operating system, each memory a reservation of its own.</summary>
    public sealed record FromSystem : MemoryAllocation;

    /// <summary>From one contiguous reservation of the given length, so that a whole runtime lies together.</summary>
    /// <param name="LengthBytes">Length of the pool in bytes of address space; only what is used is backed by memory.</param>
    public sealed record FromPool(ulong LengthBytes) : MemoryAllocation;

    /// <summary>From functions of the caller.</summary>
    /// <param name="Allocate">Gives memory.</param>
    /// <param name="Free">Takes it back.</param>
    public sealed record FromAllocator(AllocateFunction Allocate, FreeFunction Free) : MemoryAllocation;

    /// <summary>The name as options give it.</summary>
    public string Name => this switch
    {
        FromSystem => "system",
        FromPool => "pool",
        _ => "allocator",
    };
}
