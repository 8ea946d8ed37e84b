using System.Runtime.InteropServices;

namespace QuicWasm.Runtime.Tests;

/// <summary>Functions for <see cref="MemoryAllocation.FromAllocator"/> that remember what is out.</summary>
internal sealed unsafe class CountingAllocator
{
    private const nuint Alignment = 4096;

    private readonly Dictionary<nint, (ulong LengthBytes, AllocationUsage Usage)> _out = [];

    /// <summary>The usages that it was asked for, in order.</summary>
    public List<AllocationUsage> Requests { get; } = [];

    /// <summary>How many pieces were not given back.</summary>
    public int Outstanding => _out.Count;

    /// <summary>From which request on it has nothing left.</summary>
    public int RefuseFrom { get; set; } = int.MaxValue;

    /// <summary>The choice for Configure.</summary>
    public MemoryAllocation Allocation => new MemoryAllocation.FromAllocator(Allocate, Free);

    // Pieces are filled with garbage: whoever commits them has to clear them.
    private nint Allocate(ulong lengthBytes, AllocationUsage usage)
    {
        Requests.Add(usage);
        if (Requests.Count > RefuseFrom)
        {
            return 0;
        }

        var address = (nint)NativeMemory.AlignedAlloc((nuint)lengthBytes, Alignment);
        NativeMemory.Fill((void*)address, (nuint)Math.Min(lengthBytes, 1 << 20), 0xCC);
        _out.Add(address, (lengthBytes, usage));
        return address;
    }

    private void Free(nint address, ulong lengthBytes, AllocationUsage usage)
    {
        Assert.True(_out.Remove(address, out (ulong LengthBytes, AllocationUsage Usage) piece), "freed what was not out");
        Assert.Equal(piece, (lengthBytes, usage));
        NativeMemory.AlignedFree((void*)address);
    }
}
