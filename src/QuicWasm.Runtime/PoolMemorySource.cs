using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>Instance memory from one contiguous reservation, first fit; freed neighbours are joined.</summary>
internal sealed class PoolMemorySource : MemorySource
{
    private const ulong Alignment = 64 * 1024;

    private readonly AddressRange _pool;
    private readonly SortedList<ulong, ulong> _free = [];

    public PoolMemorySource(ulong lengthBytes)
    {
        try
        {
            _pool = AddressRange.Reserve(RoundUp(lengthBytes));
        }
        catch (NativeException e)
        {
            throw new LinkException(LinkError.OutOfMemory, $"a memory pool of {lengthBytes} bytes of address space cannot be reserved", e);
        }

        _free.Add(0, _pool.LengthBytes);
    }

    public override MemoryRange Reserve(ulong lengthBytes, AllocationUsage usage)
    {
        ulong length = RoundUp(Math.Max(lengthBytes, 1));
        foreach ((ulong offset, ulong free) in _free)
        {
            if (free < length)
            {
                continue;
            }

            _free.Remove(offset);
            if (free > length)
            {
                _free.Add(offset + length, free - length);
            }

            RangesInUse++;
            return new Range(this, offset, length);
        }

        throw new LinkException(
            LinkError.OutOfMemory, $"the memory pool of {_pool.LengthBytes} bytes has no {length} bytes left for {usage}; give it more, or limit the memory");
    }

    protected override void Dispose(bool disposing)
    {
        _pool.Dispose();
        base.Dispose(disposing);
    }

    private static ulong RoundUp(ulong length) => (length + Alignment - 1) & ~(Alignment - 1);

    private void Return(ulong offset, ulong length)
    {
        _pool.Decommit(offset, length);
        _free.Add(offset, length);
        int index = _free.IndexOfKey(offset);
        if (index + 1 < _free.Count && offset + length == _free.GetKeyAtIndex(index + 1))
        {
            length += _free.GetValueAtIndex(index + 1);
            _free.RemoveAt(index + 1);
            _free[offset] = length;
        }

        if (index > 0 && _free.GetKeyAtIndex(index - 1) + _free.GetValueAtIndex(index - 1) == offset)
        {
            ulong previous = _free.GetKeyAtIndex(index - 1);
            _free[previous] += length;
            _free.RemoveAt(index);
        }

        RangesInUse--;
    }

    // SAFETY: offset and length are of a piece that Reserve cut from the pool.
    private sealed unsafe class Range(PoolMemorySource source, ulong offset, ulong length) : MemoryRange((nint)(source._pool.Base + offset), length)
    {
        private bool _disposed;

        public override void Commit(ulong start, ulong lengthBytes)
        {
            try
            {
                source._pool.Commit(offset + start, lengthBytes);
            }
            catch (NativeException e)
            {
                throw new LinkException(LinkError.OutOfMemory, $"{lengthBytes} bytes of the memory pool cannot be had", e);
            }
        }

        public override bool CanMapFiles => OperatingSystem.IsLinux();

        public override void MapShared(MemoryFile file, ulong start, ulong lengthBytes)
        {
            try
            {
                source._pool.MapFile(offset + start, file, start, lengthBytes, isPrivate: false);
            }
            catch (NativeException e)
            {
                throw new LinkException(LinkError.OutOfMemory, $"{lengthBytes} bytes of memory cannot be had", e);
            }
        }

        public override void MakePrivate(MemoryFile file) => source._pool.MakePrivate(offset, file, LengthBytes);

        public override void Replace(AddressRange view, MemoryFile file) => source._pool.Replace(offset, view, file);

        public override void MapFile(MemoryFile file)
        {
            try
            {
                source._pool.MapFile(offset, file, isPrivate: true);
            }
            catch (NativeException e)
            {
                throw new LinkException(LinkError.OutOfMemory, $"{file.LengthBytes} bytes of memory cannot be mapped", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (!_disposed)
            {
                _disposed = true;
                source.Return(offset, LengthBytes);
            }
        }
    }
}
