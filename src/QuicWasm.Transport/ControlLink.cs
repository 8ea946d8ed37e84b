using System.Threading.Channels;

namespace QuicWasm.Transport;

/// <summary>The control socket of a connection: reads messages for one handler, and writes them in order from a bounded queue.</summary>
internal sealed class ControlLink(SocketChannel channel, int queueLength, Action<ControlMessage> handle, Action<TransportException> violated, Action<TransportException> lost)
{
    private const int BatchLength = 64;

    private readonly Channel<ControlMessage> _outbox = Channel.CreateBounded<ControlMessage>(new BoundedChannelOptions(queueLength) { SingleReader = true });
    private Task _reading = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;

    /// <summary>Completes when both loops have ended.</summary>
    public Task Stopped => Task.WhenAll(_reading, _writing);

    public void Start()
    {
        _reading = ReadLoopAsync();
        _writing = WriteLoopAsync();
    }

    /// <summary>Queues a message; false when the queue is full or closed.</summary>
    public bool TryPost(ControlMessage message) => _outbox.Writer.TryWrite(message);

    /// <summary>Sends what is queued and the end, waits until the peer ends too, and closes the socket.</summary>
    public async ValueTask CloseAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _outbox.Writer.TryComplete();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            await _writing.WaitAsync(deadline.Token);
            await channel.CompleteWritesAsync();
            await _reading.WaitAsync(deadline.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException || SocketErrors.IsNetworkFailure(exception))
        {
            // The peer is gone or stalled; there is nothing more to tell it.
        }

        Stop();
    }

    /// <summary>Closes the socket at once; both loops end.</summary>
    public void Stop()
    {
        _outbox.Writer.TryComplete();
        channel.Dispose();
    }

    private async Task ReadLoopAsync()
    {
        var buffer = new byte[BatchLength * ControlMessage.LengthBytes];
        var filled = 0;
        try
        {
            while (true)
            {
                var count = await channel.ReadAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (count == 0)
                {
                    lost(new TransportException(TransportError.ConnectionLost, $"{channel.RemotePeer} is gone without closing the connection; its process or machine has died, or the network between"));
                    return;
                }

                channel.CountRead(count);
                filled = HandleAll(buffer, filled + count);
            }
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            var translated = SocketErrors.Translate(exception, $"read control messages of {channel.RemotePeer}");
            lost(new TransportException(TransportError.ConnectionLost, translated.Message, null, exception));
        }
    }

    private int HandleAll(byte[] buffer, int filled)
    {
        var taken = 0;
        for (; filled - taken >= ControlMessage.LengthBytes; taken += ControlMessage.LengthBytes)
        {
            if (!ControlMessage.TryRead(buffer.AsSpan(taken), out var message))
            {
                violated(new TransportException(TransportError.ProtocolViolation, $"{channel.RemotePeer} sent a control message that is none"));
                return 0;
            }

            handle(message);
        }

        buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
        return filled - taken;
    }

    private async Task WriteLoopAsync()
    {
        var buffer = new byte[BatchLength * ControlMessage.LengthBytes];
        try
        {
            while (await _outbox.Reader.WaitToReadAsync())
            {
                var length = 0;
                for (; length < buffer.Length && _outbox.Reader.TryRead(out var message); length += ControlMessage.LengthBytes)
                {
                    message.Write(buffer.AsSpan(length));
                }

                await channel.WriteAllAsync(buffer.AsMemory(0, length), CancellationToken.None);
            }
        }
        catch (Exception exception) when (SocketErrors.IsNetworkFailure(exception))
        {
            // The reading side of the same socket sees it too, and says it.
            _outbox.Writer.TryComplete();
        }
    }
}
