using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>A pager's connection to a memory node, for one image: what was asked over it comes back in that order.</summary>
internal sealed class PagerLink : IAsyncDisposable
{
    private readonly NodeClient _client;
    private readonly Queue<(GranuleRun Run, ulong RequestId)> _underWay = [];
    private GranuleStream? _stream;
    private ulong _lastRequestId;

    private PagerLink(NodeClient client) => _client = client;

    /// <summary>The memory node in words.</summary>
    public string Peer => _client.Peer;

    /// <summary>The layout of the image.</summary>
    public ImageLayout Layout { get; private set; } = null!;

    /// <summary>How the image is cut.</summary>
    public GranulePlan Plan { get; private set; } = null!;

    /// <summary>Connects, and opens the image.</summary>
    /// <exception cref="MigrationException">The memory node does not answer, or has no such image.</exception>
    public static async Task<PagerLink> ConnectAsync(
        TransportRegistry transports, PagerAttachment attachment, RunningNodeOptions options, PagerRole role, CancellationToken cancellationToken)
    {
        PagerLink link = new(await NodeClient.ConnectAsync(transports, TransportEndpoint.Parse(attachment.Endpoint), options, cancellationToken));
        try
        {
            ulong epoch = role == PagerRole.Visitor ? 0 : await link.ClaimAsync(attachment, cancellationToken);
            if (role == PagerRole.Owner)
            {
                // A memory node that was started anew does not know who owns the program: it is told again.
                OwnershipMessage commit = new(MessageKind.Commit, attachment.Request.Image, attachment.Claimant, epoch);
                await link._client.StepAsync(commit, MessageKind.Committed, cancellationToken);
            }

            ImageOpenedMessage opened = await link._client.OpenImageAsync(attachment.Request, cancellationToken);
            link.Layout = opened.Layout;
            link.Plan = CopyGranularity.Of(attachment.Request.Granularity).Plan(opened.Layout, attachment.Request.Options);
            link._stream = await link._client.OpenStreamAsync(opened.Handle, link.Plan, cancellationToken);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves the claim to this connection.</summary>
    public async Task<ulong> ClaimAsync(PagerAttachment attachment, CancellationToken cancellationToken) =>
        (await _client.ClaimAsync(attachment.Request.Image, attachment.Claimant, attachment.Request.IsShared, cancellationToken)).Epoch;

    /// <summary>A run is about to be asked for, and will come after those before.</summary>
    public void Expect(GranuleRun run)
    {
        lock (_underWay)
        {
            _underWay.Enqueue((run, ++_lastRequestId));
        }
    }

    /// <summary>Asks for the run that was expected last. One caller at a time.</summary>
    public async ValueTask RequestAsync(GranuleRun run, CancellationToken cancellationToken) =>
        await _stream!.RequestAsync(run, 0, 0, cancellationToken);

    /// <summary>What was asked for and is not here completely; nobody asks or receives any more.</summary>
    public GranuleRun[] UnderWay()
    {
        lock (_underWay)
        {
            return [.. _underWay.Select(static u => u.Run)];
        }
    }

    /// <summary>Receives what was asked for, until the connection ends.</summary>
    /// <param name="piece">Takes a piece: granule, offset in it.</param>
    /// <param name="arrived">A granule is complete.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MigrationException">The memory node is gone, or sent something wrong.</exception>
    public async Task ReceiveAsync(Action<int, ulong, GranulePiece> piece, Action<int> arrived, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _stream!.WaitAsync(cancellationToken);
            (GranuleRun run, ulong requestId) = Due();
            for (int granule = run.First; granule < run.End; granule++)
            {
                ulong length = Plan.LengthOf(granule);
                for (ulong offset = 0; offset < length;)
                {
                    GranulePiece next = await _stream.ReceiveAsync(granule, offset, requestId, ByteClass.Demanded, cancellationToken);
                    piece(granule, offset, next);
                    offset += next.LengthBytes;
                }

                arrived(granule);
            }

            lock (_underWay)
            {
                _underWay.Dequeue();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
        {
            await stream.DisposeAsync();
        }

        await _client.DisposeAsync();
    }

    private (GranuleRun Run, ulong RequestId) Due()
    {
        lock (_underWay)
        {
            return _underWay.TryPeek(out (GranuleRun, ulong) due)
                ? due
                : throw new MigrationException(MigrationError.ProtocolViolation, $"{Peer} sent what nobody asked for");
        }
    }
}
