using System.Collections.Immutable;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>A connection to a memory node, for what is asked once: its images and programs, a freeze, a claim. Requests take turns.</summary>
public sealed class NodeClient : IAsyncDisposable
{
    private readonly ITransportConnection _connection;
    private readonly MessageChannel _control;
    private readonly RunningNodeOptions _options;
    private readonly SemaphoreSlim _turn = new(1);
    private ulong _lastRequestId;
    private ulong? _helloId;
    private byte _peerCodecs;
    private CodecChoice? _codecs;

    private NodeClient(ITransportConnection connection, MessageChannel control, RunningNodeOptions options)
    {
        _connection = connection;
        _control = control;
        _options = options;
    }

    /// <summary>The peer in words, with the name that it gave.</summary>
    public string Peer { get; private set; } = "";

    /// <summary>Whether the connection stands, as far as is known.</summary>
    public bool IsConnected => !_connection.Closed.IsCancellationRequested;

    /// <summary>Whether the transport has shown who the peer is.</summary>
    internal bool IsAuthenticated => _connection.PeerFingerprint is not null;

    /// <summary>What the transport has counted on this connection.</summary>
    public TransportCounters Wire => _connection.Counters;

    /// <summary>What is counted of this connection; a migration that goes on over another one counts on.</summary>
    internal TransferCounters Counters { get; set; } = new();

    /// <summary>Connects to a memory node and greets it.</summary>
    /// <exception cref="MigrationException">It does not answer, or speaks another version.</exception>
    public static async Task<NodeClient> ConnectAsync(
        TransportRegistry transports, TransportEndpoint endpoint, RunningNodeOptions options, CancellationToken cancellationToken = default)
    {
        NodeClient client = await BeginAsync(transports, endpoint, options, new TransferCounters(), cancellationToken);
        try
        {
            await client.ExchangeAsync([], options.StallDeadline, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects, and greets without waiting for the answer: whether the node speaks another version is known with the first answer to a request.</summary>
    /// <exception cref="MigrationException">It does not answer.</exception>
    internal static async Task<NodeClient> BeginAsync(
        TransportRegistry transports, TransportEndpoint endpoint, RunningNodeOptions options, TransferCounters counters, CancellationToken cancellationToken)
    {
        ITransportConnection? connection = null;
        try
        {
            connection = await transports.ConnectAsync(endpoint, options.Transport, cancellationToken);
            MessageChannel control = new(await connection.OpenStreamAsync(cancellationToken), ProtocolLimits.MaxAnswerBytes);
            NodeClient client = new(connection, control, options) { Peer = connection.RemotePeer, Counters = counters };
            await client.GreetAsync(cancellationToken);
            return client;
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            if (e is TransportException failure)
            {
                throw TransportErrors.Translate(failure, $"connecting to {endpoint}");
            }

            throw;
        }
    }

    /// <summary>The images that the node keeps.</summary>
    /// <exception cref="MigrationException">The node is gone, or refuses.</exception>
    public async Task<ImmutableArray<ImageEntry>> ListImagesAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync<ImageListMessage>(new PlainMessage(MessageKind.ListImages), cancellationToken)).Images;

    /// <summary>How the node is doing.</summary>
    /// <exception cref="MigrationException">The node is gone, or refuses.</exception>
    public async Task<NodeStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync<StatusReportMessage>(new PlainMessage(MessageKind.Status), cancellationToken)).Status;

    /// <summary>Has a program frozen.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="cancellationToken">Ends the wait, and this connection with it.</param>
    /// <returns>The image.</returns>
    /// <exception cref="MigrationException">There is no such program, or it cannot be frozen.</exception>
    public Task<Guid> FreezeAsync(Guid program, CancellationToken cancellationToken = default) => FreezeAsync(program, isFlat: false, cancellationToken);

    /// <summary>Has a program frozen.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="isFlat">Whether the node first fetches what it has not fetched of the program from another.</param>
    /// <param name="cancellationToken">Ends the wait, and this connection with it.</param>
    /// <returns>The image.</returns>
    /// <exception cref="MigrationException">There is no such program, or it cannot be frozen.</exception>
    public async Task<Guid> FreezeAsync(Guid program, bool isFlat, CancellationToken cancellationToken) =>
        (await AskAsync<FrozenMessage>(new FreezeMessage(program, isFlat), _options.FreezeDeadline, cancellationToken)).Image;

    /// <summary>Has the node resume a program, and returns when it runs there.</summary>
    /// <exception cref="MigrationException">The node takes no orders, or could not resume it: the image is as it was, unless the answer was lost.</exception>
    public async Task<OrderReceipt> OrderAsync(ResumeOrder order, CancellationToken cancellationToken = default) =>
        (await AskAsync<OrderedMessage>(new OrderMessage(order), order.Request.Deadline, cancellationToken)).Receipt;

    /// <summary>Waits until a program that was ordered has ended, however long that is.</summary>
    /// <exception cref="MigrationException">The node is gone, or knows no such program.</exception>
    public async Task<OrderedEnd> WaitForEndAsync(Guid program, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            OrderedEnd end = (await AskAsync<EndMessage>(new AwaitEndMessage(program), cancellationToken)).End;
            if (end.Outcome != OrderedOutcome.Running)
            {
                return end;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    internal async Task<ImageOpenedMessage> OpenImageAsync(MigrationRequest request, CancellationToken cancellationToken) =>
        Opened(await AskAsync<ImageOpenedMessage>(Open(request), cancellationToken), request);

    /// <summary>Opens an image and claims it, in one round trip.</summary>
    internal async Task<(ImageOpenedMessage Opened, ClaimedMessage Claimed)> TakeImageAsync(MigrationRequest request, Guid claimant, CancellationToken cancellationToken)
    {
        Message[] answers = await ExchangeAsync([Open(request), new ClaimMessage(request.Image, claimant, request.IsShared)], _options.StallDeadline, cancellationToken);
        return (Opened(Expect<ImageOpenedMessage>(answers[0]), request), Expect<ClaimedMessage>(answers[1]));
    }

    private static OpenImageMessage Open(MigrationRequest request) =>
        new(request.Image, request.Granularity, request.Options, request.Prefetch & (Prefetch.Stack | Prefetch.Recorded));

    // What the peer can decode is known with its first answer.
    private ImageOpenedMessage Opened(ImageOpenedMessage opened, MigrationRequest request)
    {
        _codecs = CodecChoice.Of(request.Compression, _peerCodecs, Peer, TimeProvider.System);
        return opened;
    }

    /// <summary>Has an image made of a program that goes on. The image stays for others to share, as long as it is held or shared.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="cancellationToken">Ends the wait, and this connection with it.</param>
    /// <exception cref="MigrationException">There is no such program, or it cannot be forked.</exception>
    public async Task<HeldImage> ForkAsync(Guid program, CancellationToken cancellationToken = default)
    {
        var claimant = Guid.NewGuid();
        FrozenMessage forked = await AskAsync<FrozenMessage>(new ForkMessage(program, claimant), _options.FreezeDeadline, cancellationToken);
        return new HeldImage(this, forked.Image, claimant);
    }

    /// <summary>Has an image stay for others to share.</summary>
    /// <exception cref="MigrationException">There is no such image, or somebody has taken it.</exception>
    public async Task<HeldImage> HoldAsync(Guid image, CancellationToken cancellationToken = default)
    {
        var claimant = Guid.NewGuid();
        ClaimedMessage held = await ClaimAsync(image, claimant, isShared: true, cancellationToken);
        return new HeldImage(this, held.Image, claimant);
    }

    /// <summary>Has the node make children of an image, and returns when they run there, in the order of their indexes.</summary>
    /// <exception cref="MigrationException">The node takes no orders, or could not make them all: then it has made none.</exception>
    public async Task<ImmutableArray<OrderReceipt>> OrderForkAsync(ForkOrder order, CancellationToken cancellationToken = default) =>
        (await AskAsync<ForkOrderedMessage>(new ForkOrderMessage(order), order.Order.Request.Deadline, cancellationToken)).Children;

    internal Task<ClaimedMessage> ClaimAsync(Guid image, Guid claimant, bool isShared, CancellationToken cancellationToken) =>
        AskAsync<ClaimedMessage>(new ClaimMessage(image, claimant, isShared), cancellationToken);

    internal async Task KeepWorkingSetAsync(OwnershipMessage owner, ImmutableArray<PartRange> ranges, CancellationToken cancellationToken) =>
        await AskAsync<WorkingSetKeptMessage>(new KeepWorkingSetMessage(owner.Image, owner.Claimant, owner.Epoch, ranges), cancellationToken);

    internal async Task<ImmutableArray<ReadOnlyMemory<byte>>> GetCodeAsync(uint handle, string identity, CancellationToken cancellationToken) =>
        (await AskAsync<CodeMessage>(new GetCodeMessage(handle, identity), cancellationToken)).Packages;

    internal async Task StepAsync(OwnershipMessage step, MessageKind expected, CancellationToken cancellationToken)
    {
        OwnershipMessage answer = await AskAsync<OwnershipMessage>(step, cancellationToken);
        if (answer != step with { Step = expected })
        {
            throw Violation(answer);
        }
    }

    /// <summary>Dials a stream, which can be done before it is known what for.</summary>
    internal async Task<MessageChannel> DialAsync(CancellationToken cancellationToken)
    {
        try
        {
            ITransportStream stream = await _connection.OpenStreamAsync(cancellationToken);
            return new MessageChannel(stream, ProtocolLimits.MaxAnswerBytes) { StallDeadline = _options.StallDeadline, Peer = Peer };
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"opening a stream to {Peer}");
        }
    }

    /// <summary>Has a stream that was dialled carry granules of an image, which must be open.</summary>
    internal GranuleStream StreamOver(MessageChannel channel, uint handle, GranulePlan plan) => new(channel, handle, plan, Counters, _codecs!);

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        _helloId = ++_lastRequestId;
        var hello = new HelloMessage(ProtocolLimits.Version, ProtocolLimits.MaxAnswerBytes, _options.Name, CodecChoice.Here);
        Counters.AddControl(await _control.SendAsync(hello, _helloId.Value, ProtocolLimits.MaxRequestBytes, cancellationToken));
    }

    private void Welcome(HelloMessage hello)
    {
        _helloId = null;
        Peer = _control.Peer = $"{hello.NodeName} ({_connection.RemotePeer})";
        _peerCodecs = hello.Codecs;
        if (hello.Version != ProtocolLimits.Version)
        {
            throw new MigrationException(
                MigrationError.UnsupportedVersion, $"{Peer} speaks version {hello.Version} of the migration protocol, this node {ProtocolLimits.Version}");
        }
    }

    private Task<T> AskAsync<T>(Message request, CancellationToken cancellationToken)
        where T : Message => AskAsync<T>(request, _options.StallDeadline, cancellationToken);

    private async Task<T> AskAsync<T>(Message request, TimeSpan deadline, CancellationToken cancellationToken)
        where T : Message => Expect<T>((await ExchangeAsync([request], deadline, cancellationToken))[0]);

    /// <summary>Sends requests together, and gives their answers: none of them is an error, but each may be of another kind than is expected.</summary>
    private async Task<Message[]> ExchangeAsync(Message[] requests, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(deadline);
        string asked = requests.Length == 0 ? $"{MessageKind.Hello}" : string.Join(" and ", requests.Select(r => r.Kind));
        try
        {
            ulong firstId = _lastRequestId + 1;
            foreach (Message request in requests)
            {
                Counters.AddControl(await _control.PutAsync(request, ++_lastRequestId, ProtocolLimits.MaxRequestBytes, ending.Token));
            }

            await _control.FlushAsync(ending.Token);
            if (_helloId is { } helloId)
            {
                Welcome(Expect<HelloMessage>(ThrowIfError(await ReadAnswerAsync(helloId, asked, ending.Token))));
            }

            // All are read before one that is an error is told: the next request is to find the next answer.
            Message[] answers = new Message[requests.Length];
            for (int i = 0; i < answers.Length; i++)
            {
                answers[i] = await ReadAnswerAsync(firstId + (ulong)i, asked, ending.Token);
            }

            return Array.ConvertAll(answers, ThrowIfError);
        }
        catch (OperationCanceledException e)
        {
            // The answer may still come: nothing can be asked over this stream any more.
            _control.Abort();
            cancellationToken.ThrowIfCancellationRequested();
            throw new MigrationException(
                MigrationError.DeadlineExceeded, $"{Peer} did not answer {asked} within {deadline.TotalSeconds} s", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Message> ReadAnswerAsync(ulong requestId, string asked, CancellationToken cancellationToken)
    {
        FrameHeader header = await _control.ReadHeaderAsync(cancellationToken)
            ?? throw new MigrationException(MigrationError.ConnectionLost, $"{Peer} ended the connection instead of answering {asked}");
        Message answer = await _control.ReadMessageAsync(header, cancellationToken);
        Counters.AddControl(FrameHeader.LengthBytes + header.PayloadBytes);
        return header.RequestId == requestId || answer is ErrorMessage ? answer : throw Violation(answer);
    }

    private Message ThrowIfError(Message answer) => answer is ErrorMessage error ? throw new MigrationException(error.Error, $"{Peer} says: {error.Text}") : answer;

    private T Expect<T>(Message answer)
        where T : Message => answer as T ?? throw Violation(answer);

    private MigrationException Violation(Message answer) =>
        new(MigrationError.ProtocolViolation, $"{Peer} sent {answer.Kind} in the wrong place; do both nodes run the same release?");
}
