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
    public required ImageLayout Layout { get; init; }

    /// <summary>How the image is cut.</summary>
    public required GranulePlan Plan { get; init; }

    /// <summary>What the memory node expects to be touched soon.</summary>
    public ImmutableArray<PartRange> Hints { get; private init; } = [];

    /// <summary>How many of those are the stack's.</summary>
    public int StackHints { get; private init; }

    /// <summary>Bytes on the wire.</summary>
    public TransportCounters Wire => _client.Wire;

    /// <summary>The lane of what is touched.</summary>
    public required PagerLane Touched { get; init; }

    /// <summary>The lane of what comes ahead.</summary>
    public required PagerLane Ahead { get; init; }

    /// <summary>Connects, claims on behalf of the claimant, and opens the image.</summary>
    /// <exception cref="MigrationException">The memory node does not answer, has no such image, or somebody else has it.</exception>
    public static async Task<PagerLink> ConnectAsync(
        PagerHost host, PagerAttachment attachment, bool isOwner, TransferCounters counters, CancellationToken cancellationToken)
    {
        if (await host.Connections.TakeAsync(attachment.Endpoint, cancellationToken) is { } prepared)
        {
            try
            {
                return await OpenAsync(prepared, attachment, isOwner, counters, cancellationToken);
            }
            catch (MigrationException e) when (e.Error == MigrationError.ConnectionLost)
            {
                // It was lost while it waited, which says nothing of the next one.
            }
        }

        return await OpenAsync(await PagerConnection.MakeAsync(host, attachment.Endpoint, cancellationToken), attachment, isOwner, counters, cancellationToken);
    }

    private static async Task<PagerLink> OpenAsync(
        PagerConnection connection, PagerAttachment attachment, bool isOwner, TransferCounters counters, CancellationToken cancellationToken)
    {
        NodeClient client = connection.Client;
        counters.AddControl((int)client.Counters.ControlBytes);
        client.Counters = counters;
        try
        {
            (ImageOpenedMessage opened, ClaimedMessage claimed) = await client.TakeImageAsync(attachment.Request, attachment.Claimant, cancellationToken);
            if (isOwner)
            {
                // A memory node that was started anew does not know who owns the program: it is told again.
                OwnershipMessage commit = new(MessageKind.Commit, attachment.Request.Image, attachment.Claimant, claimed.Epoch);
                await client.StepAsync(commit, MessageKind.Committed, cancellationToken);
            }

            GranulePlan plan = CopyGranularity.Of(attachment.Request.Granularity).Plan(opened.Layout, attachment.Request.Options);
            return new PagerLink(client)
            {
                Layout = opened.Layout,
                Hints = opened.Hints,
                StackHints = opened.StackHints,
                Plan = plan,
                Touched = new PagerLane(client.StreamOver(connection.Touched, opened.Handle, plan), plan, isAhead: false),
                Ahead = new PagerLane(client.StreamOver(connection.Ahead, opened.Handle, plan), plan, isAhead: true),
            };
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Touched.DisposeAsync();
        await Ahead.DisposeAsync();
        await _client.DisposeAsync();
    }
}
