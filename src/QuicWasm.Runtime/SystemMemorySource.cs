using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>Instance memory from the operating system: one reservation of address space a range.</summary>
internal sealed class SystemMemorySource : MemorySource
{
    public override bool CanGuard => AccessGuard.IsSupported;

    public override MemoryRange Reserve(ulong lengthBytes, AllocationUsage usage)
    {
        try
        {
            var range = new Range(this, AddressRange.Reserve(lengthBytes, usage == AllocationUsage.LinearMemory && lengthBytes >= AddressRange.MoveUnitBytes
                ? AddressRange.MoveUnitBytes
                : AddressRange.PageBytes));
            RangesInUse++;
            return range;
        }
        catch (NativeException e)
        {
            throw new LinkException(LinkError.OutOfMemory, $"{lengthBytes} bytes of address space for {usage} cannot be reserved", e);
        }
    }

    // SAFETY: the range's own base and length are passed on.
    private sealed unsafe class Range(SystemMemorySource source, AddressRange range) : MemoryRange((nint)range.Base, range.LengthBytes)
    {
        private bool _disposed;

        public override void Commit(ulong offset, ulong lengthBytes)
        {
            try
            {
                range.Commit(offset, lengthBytes);
            }
            catch (NativeException e)
            {
                throw new LinkException(LinkError.OutOfMemory, $"{lengthBytes} bytes of memory cannot be had", e);
            }
        }

        public override bool CanMapFiles => OperatingSystem.IsLinux();

        public override void MapShared(MemoryFile file, ulong start, ulong lengthBytes)
        {
            try
            {
                range.MapFile(start, file, start, lengthBytes, isPrivate: false);
            }
            catch (NativeException e)
            {
                throw new LinkException(LinkError.OutOfMemory, $"{lengthBytes} bytes of memory cannot be had", e);
            }
        }

        public override void MakePrivate(MemoryFile file) => range.MakePrivate(0, file, range.LengthBytes);

        public override void Replace(AddressRange view, MemoryFile file) => range.Replace(0, view, file);

        public override void MapFile(MemoryFile file)
        {
            try
            {
                range.MapFile(0, file, isPrivate: true);
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
                range.Dispose();
                source.RangesInUse--;
            }
        }
    }
}
