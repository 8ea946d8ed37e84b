using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>
/// Sends and receives many datagrams with one system call, where the kernel can (UDP_SEGMENT, UDP_GRO), over a socket that was made
/// and bound elsewhere. Sending may be done from any thread; one thread receives.
/// </summary>
public sealed unsafe class DatagramSocket : IDisposable
{
    private const int MaxReceivedBytes = 64 << 10;

    // One for each datagram that was sent in vain, perhaps while others are.
    private const int MaxFailuresAtOnce = 64;
    private const int NamePlace = 64, VectorPlace = 96, ControlPlace = 128, ControlBytes = 64, BlockBytes = 256;
    private readonly SafeHandle _handle;
    private readonly int _descriptor;
    private readonly bool _isConnected;
    private readonly byte* _block;
    private readonly byte* _received;
    private readonly bool _hasReference;
    private bool _cannotSegment;
    private int _remoteBytes;
    private int _failedWith;

    /// <summary>Takes a socket in; it stays its owner's, who disposes of this object first.</summary>
    /// <param name="handle">The socket, bound.</param>
    /// <param name="isConnected">Whether it is connected, so that datagrams need no address.</param>
    /// <param name="bufferBytes">What to ask of the kernel for its buffers; it may give less.</param>
    public DatagramSocket(SafeHandle handle, bool isConnected, int bufferBytes)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handle = handle;
        handle.DangerousAddRef(ref _hasReference);
        _descriptor = (int)handle.DangerousGetHandle();
        _isConnected = isConnected;
        _block = (byte*)NativeMemory.AllocZeroed(BlockBytes);
        _received = (byte*)NativeMemory.Alloc(MaxReceivedBytes);

        // Where the kernel does not know an option, it is done without.
        Set(DatagramCalls.SolUdp, DatagramCalls.UdpGro, 1);
        Set(DatagramCalls.SolIp, DatagramCalls.IpMtuDiscover, DatagramCalls.PmtuProbe);
        Set(DatagramCalls.SolIpv6, DatagramCalls.Ipv6MtuDiscover, DatagramCalls.PmtuProbe);
        SetBuffer(DatagramCalls.ReceiveBufferForce, DatagramCalls.ReceiveBuffer, bufferBytes);
        SetBuffer(DatagramCalls.SendBufferForce, DatagramCalls.SendBuffer, bufferBytes);
    }

    /// <summary>Who sent what was received last (sockaddr). Good until the next call.</summary>
    public ReadOnlySpan<byte> Remote => new(_block + NamePlace, _remoteBytes);

    /// <summary>Sends datagrams. What the network cannot take now is lost, as datagrams may be.</summary>
    /// <param name="bytes">The datagrams end to end.</param>
    /// <param name="segmentBytes">The length of each but the last, which may be shorter.</param>
    /// <param name="remote">Where to (sockaddr).</param>
    public void Send(ReadOnlySpan<byte> bytes, int segmentBytes, ReadOnlySpan<byte> remote)
    {
        if (bytes.Length > segmentBytes && _cannotSegment)
        {
            for (; bytes.Length > segmentBytes; bytes = bytes[segmentBytes..])
            {
                SendOnce(bytes[..segmentBytes], segmentBytes, remote);
            }
        }

        if (!SendOnce(bytes, segmentBytes, remote) && bytes.Length > segmentBytes && Marshal.GetLastPInvokeError() is DatagramCalls.Eio or DatagramCalls.Einval)
        {
            // This kernel or device cannot cut datagrams.
            _cannotSegment = true;
            Send(bytes, segmentBytes, remote);
        }
    }

    /// <summary>
    /// Receives without waiting. The system tells of failures before it gives what came earlier, as the words with which a peer has closed;
    /// so they are kept for <see cref="TakeFailure"/>.
    /// </summary>
    /// <param name="bytes">Datagrams end to end; good until the next call.</param>
    /// <param name="segmentBytes">The length of each but the last.</param>
    /// <returns>False when there is nothing.</returns>
    public bool TryReceive(out ReadOnlySpan<byte> bytes, out int segmentBytes)
    {
        var message = (DatagramMessage*)_block;
        var vector = (QuicVector*)(_block + VectorPlace);
        *vector = new QuicVector { Base = _received, Length = MaxReceivedBytes };
        *message = new DatagramMessage
        {
            Name = _block + NamePlace,
            NameLength = 28,
            Vectors = vector,
            VectorCount = 1,
            Control = _block + ControlPlace,
            ControlLength = ControlBytes,
        };
        var length = DatagramCalls.Receive(_descriptor, message, DatagramCalls.DontWait);
        for (var failures = 0; length < 0; length = DatagramCalls.Receive(_descriptor, message, DatagramCalls.DontWait))
        {
            var error = Marshal.GetLastPInvokeError();
            var isFailure = error is not (DatagramCalls.Eagain or DatagramCalls.Eintr);
            _failedWith = isFailure ? error : _failedWith;
            if (!isFailure || ++failures == MaxFailuresAtOnce)
            {
                bytes = default;
                segmentBytes = 0;
                return false;
            }
        }

        _remoteBytes = (int)message->NameLength;
        bytes = new ReadOnlySpan<byte>(_received, (int)length);
        segmentBytes = message->ControlLength == 0 ? (int)length : SegmentOf(message->Control, (int)length);
        return true;
    }

    /// <summary>What has failed since the last call: the peer's port is closed, or the network is gone (on a connected socket). Or null.</summary>
    public NativeException? TakeFailure()
    {
        var error = _failedWith;
        _failedWith = 0;
        return error == 0 ? null : NativeException.FromError(error, "receive datagrams");
    }

    /// <summary>Waits for a datagram, a signal, or the time to pass.</summary>
    /// <param name="signal">Ends the wait.</param>
    /// <param name="timeoutNs">How long at most.</param>
    public void Wait(WakePipe signal, ulong timeoutNs)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry(_descriptor, PollEvents.Readable);
        entries[1] = new PollEntry(signal.ReadDescriptor, PollEvents.Readable);
        var time = stackalloc long[2];
        time[0] = (long)(timeoutNs / 1_000_000_000);
        time[1] = (long)(timeoutNs % 1_000_000_000);
        if (DatagramCalls.Wait(entries, 2, time, null, 0) < 0 && Marshal.GetLastPInvokeError() != DatagramCalls.Eintr)
        {
            throw NativeException.FromLastError("wait for datagrams");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_hasReference)
        {
            _handle.DangerousRelease();
        }

        NativeMemory.Free(_block);
        NativeMemory.Free(_received);
    }

    /// <summary>The length that the kernel says the datagrams were put together from: one cmsghdr with an int.</summary>
    private static int SegmentOf(byte* control, int length) =>
        *(int*)(control + 8) == DatagramCalls.SolUdp && *(int*)(control + 12) == DatagramCalls.UdpGro && *(int*)(control + 16) > 0 ? *(int*)(control + 16) : length;

    private bool SendOnce(ReadOnlySpan<byte> bytes, int segmentBytes, ReadOnlySpan<byte> remote)
    {
        fixed (byte* first = bytes, name = remote)
        {
            var vector = new QuicVector { Base = first, Length = (nuint)bytes.Length };
            var message = new DatagramMessage { Vectors = &vector, VectorCount = 1 };
            if (!_isConnected)
            {
                message.Name = name;
                message.NameLength = (uint)remote.Length;
            }

            var control = stackalloc byte[24];
            if (bytes.Length > segmentBytes)
            {
                *(long*)control = 18;
                *(int*)(control + 8) = DatagramCalls.SolUdp;
                *(int*)(control + 12) = DatagramCalls.UdpSegment;
                *(ushort*)(control + 16) = (ushort)segmentBytes;
                message.Control = control;
                message.ControlLength = 24;
            }

            return DatagramCalls.Send(_descriptor, &message, 0) >= 0;
        }
    }

    private bool Set(int level, int option, int value) => DatagramCalls.SetOption(_descriptor, level, option, &value, sizeof(int)) == 0;

    /// <summary>With the right to, beyond the system's limit for everybody.</summary>
    private void SetBuffer(int forced, int plain, int bytes)
    {
        if (!Set(DatagramCalls.SolSocket, forced, bytes))
        {
            Set(DatagramCalls.SolSocket, plain, bytes);
        }
    }
}
