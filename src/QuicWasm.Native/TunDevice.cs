using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace QuicWasm.Native;

/// <summary>
/// A network interface of Linux whose wire is this object: what the system sends over it is read here, and what is written here the
/// system receives. It goes with this object. Needs the right to administer networks (root). Each packet has a header of
/// <see cref="HeaderBytes"/> before it (struct virtio_net_hdr), so that TCP segments may come and go in pieces of up to 64 KiB.
/// </summary>
/// <remarks>See Documentation/networking/tuntap.rst of the Linux kernel. Not for use by several threads for the same direction.</remarks>
public sealed unsafe partial class TunDevice : IDisposable
{
    /// <summary>Length of the header before each packet.</summary>
    public const int HeaderBytes = 10;

    /// <summary>Longest packet with its header.</summary>
    public const int MaximumBytes = HeaderBytes + ushort.MaxValue + 1;

    private const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int Eagain = 11, Eio = 5, Enobufs = 105;
    private const int NameBytes = 16, RequestBytes = 40;
    private const short IffTun = 1, IffNoPacketInformation = 0x1000, IffHeader = 0x4000;
    private const nuint SetInterface = 0x400454ca, SetOffload = 0x400454d0;
    private const nuint OffloadChecksum = 1, OffloadTcp4 = 2;

    private readonly int _descriptor;
    private int _isDisposed;

    private TunDevice(int descriptor, string name)
    {
        _descriptor = descriptor;
        Name = name;
    }

    /// <summary>The interface's name.</summary>
    public string Name { get; }

    /// <summary>Readable when there is a packet. Only to be polled; owned by this object.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Makes an interface, in the network of the calling process; it can be moved to another one.</summary>
    /// <param name="name">Its name, at most 15 ASCII characters.</param>
    /// <exception cref="NativeException">The system refused: no right, no such device, or the name is taken.</exception>
    public static TunDevice Create(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw NativeException.NotSupported("TUN devices are made on Linux only");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Encoding.ASCII.GetByteCount(name), NameBytes);
        int descriptor = Open("/dev/net/tun", ReadWrite | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw NativeException.FromLastError("open of /dev/net/tun");
        }

        // struct ifreq: the name, and the flags after it.
        byte* request = stackalloc byte[RequestBytes];
        var fields = new Span<byte>(request, RequestBytes);
        fields.Clear();
        Encoding.ASCII.GetBytes(name, fields);
        BinaryPrimitives.WriteInt16LittleEndian(fields[NameBytes..], IffTun | IffNoPacketInformation | IffHeader);
        if (Control(descriptor, SetInterface, request) < 0 || Control(descriptor, SetOffload, (void*)(OffloadChecksum | OffloadTcp4)) < 0)
        {
            NativeException refused = NativeException.FromLastError($"making the TUN device {name}");
            _ = Close(descriptor);
            throw refused;
        }

        return new TunDevice(descriptor, name);
    }

    /// <summary>Takes a packet that the system has sent, header first, if there is one.</summary>
    /// <returns>Its length, or 0 when there is none.</returns>
    /// <exception cref="NativeException">The device is gone.</exception>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint length = ReadBytes(_descriptor, start, (nuint)buffer.Length);
            return length >= 0 ? (int)length
                : Marshal.GetLastPInvokeError() == Eagain ? 0
                : throw NativeException.FromLastError($"read from {Name}");
        }
    }

    /// <summary>Has the system receive a packet, header first.</summary>
    /// <returns>Whether it took it; false when it has no room, or the interface is down.</returns>
    /// <exception cref="NativeException">It is no packet, or the device is gone.</exception>
    public bool Write(ReadOnlySpan<byte> packet)
    {
        fixed (byte* start = packet)
        {
            return WriteBytes(_descriptor, start, (nuint)packet.Length) >= 0
                || (Marshal.GetLastPInvokeError() is Eagain or Eio or Enobufs
                    ? false
                    : throw NativeException.FromLastError($"write of {packet.Length} bytes to {Name}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _ = Close(_descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadBytes(int descriptor, byte* buffer, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, byte* buffer, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
