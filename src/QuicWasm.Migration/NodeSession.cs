using System.Collections.Concurrent;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// A memory node's side of one connection. Every stream is a queue of requests, answered in their order; a request that cannot be met gets
/// an error, and bytes that are no request end the stream. The session is the holder of the claims that are made over it.
/// </summary>
internal sealed class NodeSession(MemoryNode node, ITransportConnection connection)
{
    private readonly ConcurrentDictionary<uint, OpenedImage> _opened = new();
    private readonly ConcurrentDictionary<Task, bool> _streams = new();
    private int _lastHandle;
    private HelloMessage? _hello;

    /// <summary>The peer in words, with the name that it gave.</summary>
    public string Peer => _hello is { } hello ? $"{hello.NodeName} ({connection.RemotePeer})" : connection.RemotePeer;

    /// <summary>Serves the peer until its connection ends.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // It outlives the streams, which are waited for below.
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, connection.Closed);
        try
        {
            while (true)
            {
                ITransportStream stream = await connection.AcceptStreamAsync(ending.Token);
                Task task = Task.Run(() => ServeAsync(stream, ending), CancellationToken.None);
                _streams[task] = true;
                _ = task.ContinueWith(done => _streams.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is TransportException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is over, or the node stops: both are the ordinary end of a session.
        }
        finally
        {
            // RACE: the claims end first, so that another claimant does not wait for streams that are still being torn down.
            node.HolderLost(this);
            await ending.CancelAsync();

            // Before the connection: closing it would take answers back that the peer has not read.
            await Task.WhenAll(_streams.Keys);
            await connection.DisposeAsync();
            node.HolderLost(this);
        }
    }

    private async Task ServeAsync(ITransportStream stream, CancellationTokenSource ending)
    {
        MessageChannel channel = new(stream, ProtocolLimits.MaxRequestBytes) { StallDeadline = node.Options.StallDeadline };
        if (_hello is not null)
        {
            channel.ReadDeadline = Timeout.InfiniteTimeSpan;
        }

        await using (channel)
        {
            using RequestHandler handler = new(node, this, channel);
            bool isBetweenRequests = true;
            bool isDedicated = false;
            try
            {
                while (await channel.ReadHeaderAsync(ending.Token) is { } header)
                {
                    isBetweenRequests = false;
                    Message request = await channel.ReadMessageAsync(header, ending.Token);
                    await AnswerAsync(handler, channel, request, header.RequestId, ending.Token);
                    isBetweenRequests = true;
                    if (!isDedicated && request is GetGranulesMessage && (isDedicated = node.TryTakeThread()) && channel.TryDedicate())
                    {
                        // Whoever asks for granules waits for them: a thread that sleeps in the system is woken sooner than one of a pool.
                        await new ThreadOfItsOwn("granules");
                    }

                    channel.ReadDeadline = Timeout.InfiniteTimeSpan;
                }

                await channel.CompleteAsync(ending.Token);
            }
            catch (MigrationException e) when (isBetweenRequests && IsOrdinaryEnd(e))
            {
                // The peer has had its answers, and closed without an error.
            }
            catch (MigrationException e)
            {
                node.Options.PeerFailed?.Invoke(e);
                if (e.Error == MigrationError.ProtocolViolation)
                {
                    await RefuseAsync(channel, e, ending);
                }
            }
            catch (OperationCanceledException) when (isBetweenRequests && !connection.Closed.IsCancellationRequested)
            {
                await EndAsync(channel);
            }
            catch (OperationCanceledException)
            {
                channel.Abort();
            }
            finally
            {
                node.GiveBack(isDedicated);
            }
        }
    }

    // The node stops: the stream is completed after its last answer, and stays until the peer has ended it, so that no answer is lost.
    private async Task EndAsync(MessageChannel channel)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed);
        ending.CancelAfter(node.Options.EndDeadline);
        try
        {
            await channel.CompleteAsync(ending.Token);
            while (await channel.ReadHeaderAsync(ending.Token) is { } header)
            {
                // A request that came after the end: it has no answer.
                await channel.ReadMessageAsync(header, ending.Token);
            }
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException)
        {
            channel.Abort();
        }
    }

    private static bool IsOrdinaryEnd(MigrationException error) => error.InnerException is TransportException
    {
        Error: TransportError.StreamAborted or TransportError.ConnectionClosed,
        Code: TransportCodes.None,
    };

    private async Task AnswerAsync(RequestHandler handler, MessageChannel channel, Message request, ulong requestId, CancellationToken cancellationToken)
    {
        try
        {
            await handler.HandleAsync(request, requestId, cancellationToken);
        }
        catch (MigrationException e) when (e.Error is not (MigrationError.ProtocolViolation or MigrationError.ConnectionLost or MigrationError.DeadlineExceeded))
        {
            node.Options.PeerFailed?.Invoke(e);
            await channel.SendAsync(new ErrorMessage(e.Error, e.Message), requestId, ProtocolLimits.MaxRequestBytes, cancellationToken);
        }
    }

    // Says why before the connection ends, as far as the peer still listens.
    private static async Task RefuseAsync(MessageChannel channel, MigrationException error, CancellationTokenSource ending)
    {
        try
        {
            await channel.SendAsync(new ErrorMessage(error.Error, error.Message), 0, ProtocolLimits.MaxRequestBytes, ending.Token);
            await channel.CompleteAsync(ending.Token);
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException)
        {
            channel.Abort();
        }
    }

    internal HelloMessage Hello => _hello ?? throw new MigrationException(
        MigrationError.ProtocolViolation, $"{connection.RemotePeer} began without {MessageKind.Hello}");

    internal void Greet(HelloMessage hello)
    {
        if (Interlocked.CompareExchange(ref _hello, hello, null) is not null)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"{Peer} said hello twice");
        }
    }

    internal uint Open(HostedImage image, GranulePlan plan)
    {
        if (_opened.Count >= node.Options.MaxOpenImages)
        {
            throw new MigrationException(
                MigrationError.LimitExceeded, $"{_opened.Count} images are open in this connection; use another connection");
        }

        uint handle = (uint)Interlocked.Increment(ref _lastHandle);
        _opened[handle] = new OpenedImage(image, plan);
        return handle;
    }

    internal OpenedImage Opened(uint handle) => _opened.TryGetValue(handle, out OpenedImage? opened)
        ? opened
        : throw new MigrationException(MigrationError.ProtocolViolation, $"{Peer} used the handle {handle}, which is not open");
}

/// <summary>An image as one connection sees it.</summary>
internal sealed record OpenedImage(HostedImage Image, GranulePlan Plan);
