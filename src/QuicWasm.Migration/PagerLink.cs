using System.Collections.Immutable;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>A pager's connection to a memory node, for one image, with a lane for what is touched and one for what comes ahead.</summary>
internal sealed class PagerLink : IAsyncDisposable
{
    private readonly NodeClient _client;

    private PagerLink(NodeClient client) => _client = client;

    /// <summary>The memory node in words.</summary>
    public string Peer => _client.Peer;

    /// <summary>The layout of the image.</summary>
    public ImageLayout Layout { get; private set; } = null!;

    /// <summary>How the image is cut.</summary>
    public GranulePlan Plan { get; private set; } = null!;

    /// <summary>What the memory node expects to be touched soon.</summary>
    public ImmutableArray<PartRange> Hints { get; private set; } = [];

    /// <summary>How many of those are the stack's.</summary>
    public int StackHints { get; private set; }

    /// <summary>Bytes on the wire.</summary>
    public TransportCounters Wire => _client.Wire;

    /// <summary>The lane of what is touched.</summary>
    public PagerLane Touched { get; private set; } = null!;

    /// <summary>The lane of what comes ahead.</summary>
    public PagerLane Ahead { get; private set; } = null!;

    /// <summary>Connects, claims on behalf of the claimant, and opens the image.</summary>
    /// <exception cref="MigrationException">The memory node does not answer, has no such image, or somebody else has it.</exception>
    public static async Task<PagerLink> ConnectAsync(
        PagerHost host, PagerAttachment attachment, bool isOwner, TransferCounters counters, CancellationToken cancellationToken)
    {
        PagerLink link = new(await NodeClient.ConnectAsync(
            host.Transports, TransportEndpoint.Parse(attachment.Endpoint), host.Options, counters, cancellationToken));
        try
        {
            NodeClient client = link._client;
            ulong epoch = (await client.ClaimAsync(attachment.Request.Image, attachment.Claimant, attachment.Request.IsShared, cancellationToken)).Epoch;
            if (isOwner)
            {
                // A memory node that was started anew does not know who owns the program: it is told again.
                OwnershipMessage commit = new(MessageKind.Commit, attachment.Request.Image, attachment.Claimant, epoch);
                await client.StepAsync(commit, MessageKind.Committed, cancellationToken);
            }

            ImageOpenedMessage opened = await client.OpenImageAsync(attachment.Request, cancellationToken);
            link.Layout = opened.Layout;
            link.Hints = opened.Hints;
            link.StackHints = opened.StackHints;
            link.Plan = CopyGranularity.Of(attachment.Request.Granularity).Plan(opened.Layout, attachment.Request.Options);
            link.Touched = new PagerLane(await client.OpenStreamAsync(opened.Handle, link.Plan, cancellationToken), link.Plan, isAhead: false);
            link.Ahead = new PagerLane(await client.OpenStreamAsync(opened.Handle, link.Plan, cancellationToken), link.Plan, isAhead: true);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PagerLane? lane in new[] { Touched, Ahead })
        {
            if (lane is not null)
            {
                await lane.DisposeAsync();
            }
        }

        await _client.DisposeAsync();
    }
}
