namespace QuicWasm.Transport;

/// <summary>How the peer's direction of a stream ended.</summary>
/// <param name="LengthBytes">How many bytes the peer wrote in all, when it completed its writes.</param>
/// <param name="Failure">Why it did not, otherwise.</param>
internal readonly record struct StreamEnd(ulong LengthBytes, TransportException? Failure);

/// <summary>
/// What the control socket knows about one stream. A socket that ends says not why: the kernel closes the sockets of a killed
/// process as politely as a program that has written everything. So an end counts only once the control socket confirms it.
/// </summary>
internal sealed class StreamSlot(ulong number, bool isOwn)
{
    private readonly TaskCompletionSource<StreamEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TransportException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketStream? _stream;
    private TaskCompletionSource<SocketChannel>? _dialled;

    public ulong Number { get; } = number;

    /// <summary>Whether this side opened the stream.</summary>
    public bool IsOwn { get; } = isOwn;

    /// <summary>Whether it counts against the limit of streams; a stream of the peer's does from when its socket has come. Guarded by the table's lock.</summary>
    public bool HasPlace { get; set; } = isOwn;

    /// <summary>Guarded by the table's lock.</summary>
    public bool OwnFinished { get; set; }

    /// <summary>Guarded by the table's lock.</summary>
    public bool PeerFinished { get; set; }

    /// <summary>Completes when the peer has completed its writes, or the stream or connection failed. Never faults.</summary>
    public Task<StreamEnd> Ended => _ended.Task;

    /// <summary>Completes when the stream was aborted by the peer, or the connection failed. Never faults.</summary>
    public Task<TransportException> Failed => _failed.Task;

    /// <summary>Whether its socket has come.</summary>
    public bool IsAttached => Volatile.Read(ref _stream) != null;

    /// <summary>Gives the slot its stream, which fails at once when the slot has; false when there is one already.</summary>
    public bool TryAttach(SocketStream stream)
    {
        if (Interlocked.CompareExchange(ref _stream, stream, null) != null)
        {
            return false;
        }

        // RACE: Fail sets the task first and then looks for the stream, so a failure at the same time is seen here, there, or twice.
        if (_failed.Task.IsCompletedSuccessfully)
        {
            stream.FailByPeer(_failed.Task.Result);
        }

        return true;
    }

    /// <summary>Begins to wait for the socket that the peer was asked to dial.</summary>
    public Task<SocketChannel> ExpectDial()
    {
        _dialled = new TaskCompletionSource<SocketChannel>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _dialled.Task;
    }

    /// <summary>Hands over the socket that the peer has dialled; false when nobody waits for one.</summary>
    public bool TryDeliverDial(SocketChannel channel) => _dialled?.TrySetResult(channel) ?? false;

    /// <summary>Nobody waits any more: a socket that comes all the same is closed.</summary>
    public void RefuseDial()
    {
        if (_dialled is { } dialled && !dialled.TrySetCanceled() && dialled.Task.IsCompletedSuccessfully)
        {
            dialled.Task.Result.Discard();
        }
    }

    public void Complete(ulong lengthBytes) => _ended.TrySetResult(new StreamEnd(lengthBytes, null));

    public void Fail(TransportException failure)
    {
        _failed.TrySetResult(failure);
        _ended.TrySetResult(new StreamEnd(0, failure));
        _dialled?.TrySetException(failure.Again());
        _stream?.FailByPeer(failure);
    }
}
