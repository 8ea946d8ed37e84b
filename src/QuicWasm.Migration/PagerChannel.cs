using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// Messages over a Unix socket, with descriptors. Whoever sends never waits for the other end: where the system does not take a message at once, a thread of its own does. So a pager goes
/// on answering faults while the running node stands still in a collection that waits for just those faults.
/// </summary>
internal sealed class PagerChannel : IDisposable
{
    private const int HeadBytes = 16;
    private const int MaxBodyBytes = 64 << 20;

    private readonly Socket _socket;
    private readonly BlockingCollection<(byte[] Bytes, SafeHandle[] Descriptors)> _outgoing = [];
    private readonly Queue<nint> _descriptors = [];
    private readonly Thread _sender;
    private readonly Lock _turn = new();
    private int _waiting;
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;

    public PagerChannel(Socket socket)
    {
        _socket = socket;
        _sender = new Thread(SendAll) { IsBackground = true, Name = "pager channel" };
        _sender.Start();
    }

    /// <summary>Sends a message, in the order of the calls. What cannot be sent any more is noticed by who reads.</summary>
    public void Send(PagerVerb verb, ulong id, ReadOnlySpan<byte> body, params SafeHandle[] descriptors)
    {
        byte[] bytes = new byte[HeadBytes + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, body.Length);
        bytes[4] = (byte)verb;
        bytes[5] = (byte)descriptors.Length;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), id);
        body.CopyTo(bytes.AsSpan(HeadBytes));
        try
        {
            lock (_turn)
            {
                // Mostly nothing waits, and the system takes it: then no other thread need be woken.
                int sent = Volatile.Read(ref _waiting) == 0 ? DescriptorPassing.TrySend(_socket.SafeHandle, bytes, descriptors) : 0;
                if (sent < bytes.Length)
                {
                    Interlocked.Increment(ref _waiting);
                    _outgoing.Add((bytes[sent..], sent > 0 ? [] : descriptors));
                }
            }
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException)
        {
            // The other end is gone, which whoever reads sees as the end.
        }
        catch (InvalidOperationException)
        {
            // The channel is closed: nobody is there to be told.
        }
    }

    /// <summary>Waits for the next message; null when the other end is gone.</summary>
    public PagerFrame? Receive()
    {
        if (!Fill(HeadBytes))
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        if (length is < 0 or > MaxBodyBytes)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"a message of {length} bytes between a node and its pager");
        }

        if (!Fill(HeadBytes + length))
        {
            return null;
        }

        ReadOnlySpan<byte> frame = _buffer.AsSpan(_start, HeadBytes + length);
        nint[] descriptors = new nint[frame[5]];
        for (int i = 0; i < descriptors.Length; i++)
        {
            descriptors[i] = _descriptors.Dequeue();
        }

        _start += HeadBytes + length;
        return new PagerFrame((PagerVerb)frame[4], BinaryPrimitives.ReadUInt64LittleEndian(frame[8..]), frame[HeadBytes..].ToArray(), descriptors);
    }

    /// <summary>Ends both directions; who waits in <see cref="Receive"/> learns of it.</summary>
    public void Dispose()
    {
        _outgoing.CompleteAdding();
        if (Thread.CurrentThread != _sender)
        {
            _sender.Join(TimeSpan.FromSeconds(1));
        }

        _socket.Dispose();
    }

    private void SendAll()
    {
        try
        {
            foreach ((byte[] bytes, SafeHandle[] descriptors) in _outgoing.GetConsumingEnumerable())
            {
                DescriptorPassing.Send(_socket.SafeHandle, bytes, descriptors);
                Interlocked.Decrement(ref _waiting);
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is NativeException or ObjectDisposedException or SocketException)
        {
            // The other end is gone, which whoever reads sees as the end.
            _outgoing.CompleteAdding();
        }
    }

    private bool Fill(int count)
    {
        while (_end - _start < count)
        {
            MakeRoom(count);
            List<nint> passed = [];
            int received;
            try
            {
                received = DescriptorPassing.Receive(_socket.SafeHandle, _buffer.AsSpan(_end), passed);
            }
            catch (Exception e) when (e is NativeException or ObjectDisposedException)
            {
                return false;
            }

            passed.ForEach(_descriptors.Enqueue);
            _end += received;
            if (received == 0)
            {
                return false;
            }
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_buffer.Length < count)
        {
            Array.Resize(ref _buffer, Math.Max(count, 2 * _buffer.Length));
        }
    }
}
