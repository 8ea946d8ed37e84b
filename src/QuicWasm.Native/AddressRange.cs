using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>
/// A range of reserved address space whose base never moves. Nothing in it can be touched until it is committed; committed
/// bytes read as zero. Reserving costs no memory, so a range can be as large as its contents may ever grow.
/// </summary>
/// <remarks>Commit and decommit may be called from any thread. Dispose only when no thread uses the bytes: an access afterwards ends the process.</remarks>
public sealed unsafe partial class AddressRange : SafeHandleZeroOrMinusOneIsInvalid
{
    private AddressRange(void* address, ulong lengthBytes)
        : base(ownsHandle: true)
    {
        LengthBytes = lengthBytes;
        SetHandle((nint)address);
    }

    /// <summary>The system's page size in bytes: offsets and lengths are multiples of it.</summary>
    public static ulong PageBytes { get; } = (ulong)Environment.SystemPageSize;

    /// <summary>The first byte of the range.</summary>
    public byte* Base
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>The first byte, as a number.</summary>
    public ulong Address => (ulong)Base;

    /// <summary>How many bytes are reserved, a multiple of the page size.</summary>
    public ulong LengthBytes { get; }

    /// <summary>Reserves at least <paramref name="lengthBytes"/> bytes, rounded up to whole pages.</summary>
    /// <exception cref="NativeException">The address space, or a limit on it (ulimit -v), is exhausted.</exception>
    public static AddressRange Reserve(ulong lengthBytes) => Reserve(lengthBytes, PageBytes);

    /// <summary>Reserves at least <paramref name="lengthBytes"/> bytes whose base is a multiple of a power of two; on Windows of the page size.</summary>
    /// <exception cref="NativeException">The address space, or a limit on it (ulimit -v), is exhausted.</exception>
    public static AddressRange Reserve(ulong lengthBytes, ulong alignmentBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, (ulong)nint.MaxValue - PageBytes);
        var rounded = (lengthBytes + PageBytes - 1) & ~(PageBytes - 1);
        if (alignmentBytes > PageBytes && !OperatingSystem.IsWindows())
        {
            return ReserveAligned(rounded, alignmentBytes);
        }

        var address = OperatingSystem.IsWindows()
            ? WindowsMemoryCalls.Allocate(null, (nuint)rounded, WindowsMemoryCalls.MemReserve, WindowsMemoryCalls.PageNoAccess)
            : MemoryCalls.Map(null, (nuint)rounded, MemoryCalls.ProtNone, MemoryCalls.MapReserve, -1, 0);
        if (address == null || address == MemoryCalls.Failed)
        {
            throw NativeException.FromLastError($"cannot reserve {rounded} bytes of address space; reserve less, or raise the process's limit");
        }

        return new AddressRange(address, rounded);
    }

    // A longer reservation, of which what stands out at both ends is given back.
    private static AddressRange ReserveAligned(ulong lengthBytes, ulong alignmentBytes)
    {
        ulong reserved = checked(lengthBytes + alignmentBytes);
        void* found = MemoryCalls.Map(null, (nuint)reserved, MemoryCalls.ProtNone, MemoryCalls.MapReserve, -1, 0);
        if (found == MemoryCalls.Failed)
        {
            throw NativeException.FromLastError($"cannot reserve {reserved} bytes of address space; reserve less, or raise the process's limit");
        }

        ulong begin = ((ulong)found + alignmentBytes - 1) & ~(alignmentBytes - 1);
        ulong before = begin - (ulong)found;
        Unmap((ulong)found, before);
        Unmap(begin + lengthBytes, alignmentBytes - before);
        return new AddressRange((void*)begin, lengthBytes);
    }

    private static void Unmap(ulong address, ulong lengthBytes)
    {
        if (lengthBytes > 0 && MemoryCalls.Unmap((void*)address, (nuint)lengthBytes) != 0)
        {
            throw NativeException.FromLastError($"cannot give {lengthBytes} bytes of address space back");
        }
    }

    /// <summary>Makes bytes readable and writable. Bytes that were committed before keep their contents; the others are zero.</summary>
    /// <param name="offsetBytes">Where to begin, a multiple of the page size.</param>
    /// <param name="lengthBytes">How many bytes, a multiple of the page size; zero does nothing.</param>
    /// <exception cref="NativeException">The system has not enough memory.</exception>
    public void Commit(ulong offsetBytes, ulong lengthBytes)
    {
        var address = Locate(offsetBytes, lengthBytes);
        if (lengthBytes == 0)
        {
            return;
        }

        var done = OperatingSystem.IsWindows()
            ? WindowsMemoryCalls.Allocate(address, (nuint)lengthBytes, WindowsMemoryCalls.MemCommit, WindowsMemoryCalls.PageReadWrite) != null
            : MemoryCalls.Protect(address, (nuint)lengthBytes, MemoryCalls.ProtRead | MemoryCalls.ProtWrite) == 0;
        if (!done)
        {
            throw NativeException.FromLastError($"cannot commit {lengthBytes} bytes at offset {offsetBytes} of a range of {LengthBytes}");
        }
    }

    /// <summary>Gives the memory of whole pages back to the system. They cannot be touched until they are committed again, and are zero then.</summary>
    /// <param name="offsetBytes">Where to begin, a multiple of the page size.</param>
    /// <param name="lengthBytes">How many bytes, a multiple of the page size; zero does nothing.</param>
    /// <exception cref="NativeException">The system refused.</exception>
    public void Decommit(ulong offsetBytes, ulong lengthBytes)
    {
        var address = Locate(offsetBytes, lengthBytes);
        if (lengthBytes != 0 && !TryDecommit(address, (nuint)lengthBytes))
        {
            throw NativeException.FromLastError($"cannot decommit {lengthBytes} bytes at offset {offsetBytes} of a range of {LengthBytes}");
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => OperatingSystem.IsWindows()
        ? WindowsMemoryCalls.Free((void*)handle, 0, WindowsMemoryCalls.MemRelease)
        : MemoryCalls.Unmap((void*)handle, (nuint)LengthBytes) == 0;

    private static bool TryDecommit(void* address, nuint lengthBytes)
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsMemoryCalls.Free(address, lengthBytes, WindowsMemoryCalls.MemDecommit);
        }

        // MADV_DONTNEED is only a hint on some systems, and brings a file's bytes back where one is mapped: a fresh mapping does not.
        return MemoryCalls.Map(address, lengthBytes, MemoryCalls.ProtNone, MemoryCalls.MapReserve | MemoryCalls.MapFixed, -1, 0) == address;
    }

    private byte* Locate(ulong offsetBytes, ulong lengthBytes)
    {
        if (offsetBytes % PageBytes != 0 || lengthBytes % PageBytes != 0)
        {
            throw new ArgumentException($"offset {offsetBytes} and length {lengthBytes} must be multiples of the page size, {PageBytes}");
        }

        if (offsetBytes > LengthBytes || lengthBytes > LengthBytes - offsetBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(lengthBytes), $"{lengthBytes} bytes at offset {offsetBytes} are outside the range of {LengthBytes}");
        }

        return Base + offsetBytes;
    }
}
