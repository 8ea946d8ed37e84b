using System.Runtime.InteropServices;

namespace QuicWasm.Runtime;

/// <summary>Instance memory from functions of the caller.</summary>
internal sealed class AllocatorMemorySource(MemoryAllocation.FromAllocator functions) : MemorySource
{
    public override MemoryRange Reserve(ulong lengthBytes, AllocationUsage usage)
    {
        nint address = functions.Allocate(lengthBytes, usage);
        if (address == 0)
        {
            throw new LinkException(LinkError.OutOfMemory, $"the caller's allocator gave no {lengthBytes} bytes for {usage}");
        }

        RangesInUse++;
        return new Range(this, address, lengthBytes, usage);
    }

    private void Return(nint address, ulong lengthBytes, AllocationUsage usage)
    {
        functions.Free(address, lengthBytes, usage);
        RangesInUse--;
    }

    private sealed unsafe class Range(AllocatorMemorySource source, nint address, ulong lengthBytes, AllocationUsage usage)
        : MemoryRange(address, lengthBytes)
    {
        private bool _disposed;

        // SAFETY: the caller's function promised LengthBytes bytes at Address; the bounds are checked against that.
        public override void Commit(ulong offset, ulong length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, LengthBytes);
            NativeMemory.Clear((byte*)Address + offset, (nuint)length);
        }

        protected override void Dispose(bool disposing)
        {
            if (!_disposed)
            {
                _disposed = true;
                source.Return(Address, LengthBytes, usage);
            }
        }
    }
}
