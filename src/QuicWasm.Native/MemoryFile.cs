using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>
/// A file that is only in memory (memfd, Linux): processes can share it, and map it. A page that was never written takes no room and
/// reads as zero. It vanishes with the last descriptor and mapping.
/// </summary>
public sealed unsafe class MemoryFile : IDisposable
{
    private const int Enxio = 6, Eintr = 4;

    /// <summary>Takes over a descriptor, which another process may have passed.</summary>
    public MemoryFile(SafeFileHandle descriptor, ulong lengthBytes)
    {
        Descriptor = descriptor;
        LengthBytes = lengthBytes;
    }

    /// <summary>The descriptor.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>Its length in bytes.</summary>
    public ulong LengthBytes { get; private set; }

    /// <summary>Makes a file of zeros.</summary>
    /// <param name="name">Shown in the process's mappings.</param>
    /// <param name="lengthBytes">How long it is.</param>
    /// <exception cref="NativeException">The system has no such files, or a limit is reached.</exception>
    public static MemoryFile Create(string name, ulong lengthBytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NativeException.NotSupported("a memory file needs memfd_create, which only Linux has");
        }

        int descriptor = MemoryFileCalls.Create(name, MemoryFileCalls.CloseOnExec);
        if (descriptor < 0)
        {
            throw NativeException.FromLastError($"a memory file of {lengthBytes} bytes cannot be made");
        }

        SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (MemoryFileCalls.SetLength(handle, checked((long)lengthBytes)) != 0)
        {
            NativeException failure = NativeException.FromLastError($"a memory file of {lengthBytes} bytes cannot be made");
            handle.Dispose();
            throw failure;
        }

        return new MemoryFile(handle, lengthBytes);
    }

    /// <summary>Makes it longer, by zeros.</summary>
    /// <exception cref="NativeException">A limit is reached.</exception>
    public void Extend(ulong lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, LengthBytes);
        if (MemoryFileCalls.SetLength(Descriptor, checked((long)lengthBytes)) != 0)
        {
            throw NativeException.FromLastError($"a memory file of {LengthBytes} bytes cannot be made {lengthBytes} long");
        }

        LengthBytes = lengthBytes;
    }

    /// <summary>Another descriptor of the same file, with a life of its own.</summary>
    /// <exception cref="NativeException">The process has as many descriptors as it may.</exception>
    public MemoryFile Share()
    {
        int descriptor = MemoryFileCalls.Control(Descriptor, MemoryFileCalls.DuplicateCloseOnExec, 0);
        return descriptor >= 0
            ? new MemoryFile(new SafeFileHandle(descriptor, ownsHandle: true), LengthBytes)
            : throw NativeException.FromLastError("a memory file cannot have another descriptor");
    }

    /// <summary>Writes bytes. Mappings of the file see them at once, except where they have a private copy of the page.</summary>
    /// <exception cref="NativeException">No memory is left, or the range is outside of the file.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, (ulong)bytes.Length);
        fixed (byte* first = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                done += Transferred(MemoryFileCalls.Write(Descriptor, first + done, (nuint)(bytes.Length - done), (long)offset + done), "written", offset);
            }
        }
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="NativeException">The range is outside of the file.</exception>
    public void Read(ulong offset, Span<byte> bytes)
    {
        Check(offset, (ulong)bytes.Length);
        fixed (byte* first = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                done += Transferred(MemoryFileCalls.Read(Descriptor, first + done, (nuint)(bytes.Length - done), (long)offset + done), "read", offset);
            }
        }
    }

    /// <summary>The first page from an offset on that was never written; the file's length where all were.</summary>
    public ulong FirstMissing(ulong offset) => Seek(offset, MemoryFileCalls.SeekHole);

    /// <summary>The first page from an offset on that was written; the file's length where none was.</summary>
    public ulong FirstPresent(ulong offset) => Seek(offset, MemoryFileCalls.SeekData);

    /// <summary>Maps the file's beginning so that what is written goes to the file, and is seen by all who share it.</summary>
    /// <exception cref="NativeException">There is no address space left.</exception>
    public SharedView MapShared()
    {
        void* address = MemoryFileCalls.Map(
            null, (nuint)LengthBytes, MemoryCalls.ProtRead | MemoryCalls.ProtWrite, MemoryCalls.MapShared, Descriptor, 0);
        return address == MemoryCalls.Failed
            ? throw NativeException.FromLastError($"a memory file of {LengthBytes} bytes cannot be mapped")
            : new SharedView((byte*)address, LengthBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private static int Transferred(nint count, string what, ulong offset)
    {
        if (count > 0)
        {
            return (int)count;
        }

        return count < 0 && Marshal.GetLastPInvokeError() == Eintr
            ? 0
            : throw NativeException.FromLastError($"bytes of a memory file cannot be {what} from offset {offset} on");
    }

    private ulong Seek(ulong offset, int whence)
    {
        Check(offset, 0);
        long found = MemoryFileCalls.Seek(Descriptor, (long)offset, whence);
        return found >= 0
            ? (ulong)found
            : Marshal.GetLastPInvokeError() == Enxio ? LengthBytes : throw NativeException.FromLastError($"seeking in a memory file at {offset}");
    }

    private void Check(ulong offset, ulong lengthBytes)
    {
        if (offset > LengthBytes || lengthBytes > LengthBytes - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(lengthBytes), $"{lengthBytes} bytes at offset {offset} are outside of a memory file of {LengthBytes}");
        }
    }
}
