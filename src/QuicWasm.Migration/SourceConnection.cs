using System.Diagnostics;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// The way to a memory node during one migration. When the connection is lost it is made again, the image is claimed and opened anew
/// over it, and what was asked is asked again; until the node has been away for <see cref="RunningNodeOptions.LinkDeadline"/>.
/// </summary>
internal sealed class SourceConnection(
    TransportRegistry transports, TransportEndpoint endpoint, RunningNodeOptions options, MigrationRequest request, TransferCounters counters, MigrationReport report)
    : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Guid _claimant = Guid.NewGuid();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();
    private NodeClient? _client;
    private (NodeClient Client, Task<MessageChannel> Dialling)? _ahead;
    private MigrationRequest _request = request;
    private ImageOpenedMessage? _opened;
    private long _lostAt;
    private TimeSpan _pause = FirstPause;
    private long _bytesWhenLost = -1;
    private Action<ImageLayout, GranulePlan>? _check;

    /// <summary>The connection that is used now.</summary>
    public NodeClient Client => _client!;

    /// <summary>The image's layout.</summary>
    public ImageLayout Layout => _opened!.Layout;

    /// <summary>How the image is cut.</summary>
    public GranulePlan Plan { get; private set; } = null!;

    /// <summary>Who claims.</summary>
    public Guid Claimant => _claimant;

    /// <summary>The image as the connection names it.</summary>
    public uint Handle => _opened!.Handle;

    /// <summary>The epoch of the claim.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>A step of the ownership under that epoch.</summary>
    public OwnershipMessage Step(MessageKind kind) => new(kind, Layout.Id, _claimant, Epoch);

    /// <summary>Whether granules come over this connection, so that the claim is to be its own; not where a pager fetches them.</summary>
    public bool CarriesGranules { get; set; } = true;

    /// <summary>Why the connection was lost last, or null.</summary>
    public string? LastLoss { get; private set; }

    /// <summary>Connects for the first time, freezes if that is asked for, opens the image, and claims it.</summary>
    /// <param name="check">Refuses an image that this node cannot take, before the claim; null where it can take any, so that one round trip does for both.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ConnectAsync(Action<ImageLayout, GranulePlan>? check, CancellationToken cancellationToken)
    {
        _check = check;
        _client = await NodeClient.BeginAsync(transports, endpoint, options, counters, cancellationToken);
        report.MarkConnected(_client);

        // What a stream is dialled for is known when the image is open; the program is frozen meanwhile.
        _ahead = (_client, _client.DialAsync(cancellationToken));
        await AskAsync(PrepareAsync, cancellationToken);
    }

    /// <summary>Asks something over the connection, and again over a new one when it is lost.</summary>
    /// <exception cref="MigrationException">The memory node refuses, or stays away.</exception>
    public async Task AskAsync(Func<NodeClient, CancellationToken, Task> question, CancellationToken cancellationToken)
    {
        while (true)
        {
            NodeClient client = Client;
            try
            {
                await question(client, cancellationToken);
                return;
            }
            catch (MigrationException e) when (IsLinkLost(e))
            {
                await ReplaceAsync(client, e, cancellationToken);
            }
        }
    }

    /// <summary>Claims the image over a connection; what was claimed before and not committed gets a new epoch if the claim was lost.</summary>
    public async Task ClaimAsync(NodeClient client, CancellationToken cancellationToken) =>
        Epoch = (await client.ClaimAsync(Layout.Id, _claimant, _request.IsShared, cancellationToken)).Epoch;

    /// <summary>Opens a stream for granules.</summary>
    public async Task<GranuleStream> OpenStreamAsync(NodeClient client, CancellationToken cancellationToken) =>
        client.StreamOver(await (TakeAhead(client) ?? client.DialAsync(cancellationToken)), _opened!.Handle, Plan);

    /// <summary>Moves granules over streams that are opened for it, and goes on over new ones when the connection is lost.</summary>
    public Task MoveAsync(int streamCount, Func<IReadOnlyList<GranuleStream>, CancellationToken, Task> move, CancellationToken cancellationToken) => AskAsync(
        async (client, token) =>
        {
            GranuleStream[] streams = await Task.WhenAll(Enumerable.Range(0, streamCount).Select(_ => OpenStreamAsync(client, token)));
            try
            {
                await move(streams, token);
            }
            finally
            {
                foreach (GranuleStream stream in streams)
                {
                    await stream.DisposeAsync();
                }
            }
        },
        cancellationToken);

    /// <summary>Goes on over a connection that was made elsewhere; the one before is closed.</summary>
    public async Task AdoptAsync(NodeClient client, CancellationToken cancellationToken)
    {
        if (CarriesGranules)
        {
            await PrepareAsync(client, cancellationToken);
        }

        NodeClient before = Client;
        report.Follow(client);
        _client = client;
        await before.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_ahead is { } ahead && TakeAhead(ahead.Client) is { } dialling)
        {
            await CloseAsync(dialling);
        }

        if (_client is { } client)
        {
            await client.DisposeAsync();
        }
    }

    private Task<MessageChannel>? TakeAhead(NodeClient client)
    {
        lock (_lock)
        {
            if (_ahead is not { } ahead || !ReferenceEquals(ahead.Client, client))
            {
                return null;
            }

            _ahead = null;
            return ahead.Dialling;
        }
    }

    private static async Task CloseAsync(Task<MessageChannel> dialling)
    {
        try
        {
            await (await dialling).DisposeAsync();
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException)
        {
            // It was never open.
        }
    }

    /// <summary>Makes the connection again, unless another user of it has done so.</summary>
    private async Task ReplaceAsync(NodeClient lost, MigrationException why, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!ReferenceEquals(lost, Client))
            {
                return;
            }

            MigrationException last = why;
            for (bool waits = !NoteLoss(why); ; waits = true)
            {
                TimeSpan left = options.LinkDeadline - Stopwatch.GetElapsedTime(_lostAt);
                if (left <= TimeSpan.Zero)
                {
                    throw new MigrationException(
                        why.Error, $"{why.Message}; and {endpoint} was away for {options.LinkDeadline.TotalSeconds:0.###} s, as long as is waited for ({last.Message})", last);
                }

                if (waits)
                {
                    await Task.Delay(_pause < left ? _pause : left, cancellationToken);
                    _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
                }

                if (await TryReplaceAsync(left, cancellationToken) is not { } problem)
                {
                    report.CountReconnect();
                    return;
                }

                last = problem;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the loss begins an absence: a link that brings nothing between two losses was away all the time.</summary>
    private bool NoteLoss(MigrationException why)
    {
        long bytes = counters.PlainBytes + counters.ZeroBytes;
        if (bytes == _bytesWhenLost)
        {
            return false;
        }

        LastLoss = why.Message;
        _bytesWhenLost = bytes;
        _lostAt = Stopwatch.GetTimestamp();
        _pause = FirstPause;
        options.LinkLost?.Invoke(why);
        return true;
    }

    // The link is to blame, or has cost the claim, and asking again over a new connection may help.
    private bool IsLinkLost(MigrationException error) =>
        (error.Error is MigrationError.ConnectionLost or MigrationError.DeadlineExceeded || (error.Error == MigrationError.ClaimLost && CarriesGranules))
        && (error.InnerException as TransportException)?.Error is not (TransportError.AuthenticationFailed or TransportError.ProviderMissing);

    private async Task<MigrationException?> TryReplaceAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(left);
        NodeClient? client = null;
        try
        {
            client = await NodeClient.BeginAsync(transports, endpoint, options, counters, ending.Token);
            await AdoptAsync(client, ending.Token);
            client = null;
            return null;
        }
        catch (MigrationException e) when (IsLinkLost(e))
        {
            return e;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new MigrationException(MigrationError.DeadlineExceeded, $"{endpoint} did not answer", e);
        }
        finally
        {
            if (client is not null)
            {
                await client.DisposeAsync();
            }
        }
    }

    // All of it can be asked again: a program is frozen once, and the claim of one claimant is one claim.
    private async Task PrepareAsync(NodeClient client, CancellationToken cancellationToken)
    {
        if (_request.FreezesProgram && _opened is null)
        {
            _request = _request with { Image = await client.FreezeAsync(_request.Program, _request.IsFlat, cancellationToken) };
            report.MarkFrozen();
        }

        ImageOpenedMessage opened;
        if (_check is null)
        {
            (opened, ClaimedMessage claimed) = await client.TakeImageAsync(_request, _claimant, cancellationToken);
            Epoch = claimed.Epoch;
        }
        else
        {
            opened = await client.OpenImageAsync(_request, cancellationToken);
        }

        GranulePlan plan = CopyGranularity.Of(_request.Granularity).Plan(opened.Layout, _request.Options);
        if (_opened is not null && (plan.GranuleCount != Plan.GranuleCount || plan.LengthBytes != Plan.LengthBytes))
        {
            throw new MigrationException(MigrationError.ImageUnreadable, $"{client.Peer} has another image under this id than it had before");
        }

        bool isFirst = _opened is null;
        _request = _request with { Image = opened.Layout.Id };
        Plan = isFirst ? plan : Plan;
        _opened = isFirst ? opened : opened with { Layout = _opened!.Layout };
        if (_check is { } check)
        {
            _check = null;
            check(Layout, Plan);
            await ClaimAsync(client, cancellationToken);
        }

        if (isFirst)
        {
            report.MarkClaimed();
        }
    }
}
