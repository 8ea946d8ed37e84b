using System.Collections.Immutable;
using QuicWasm.Native;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>Answers the requests of one stream, one after the other.</summary>
internal sealed class RequestHandler(MemoryNode node, NodeSession session, MessageChannel channel) : IDisposable
{
    private readonly GranuleSender _sender = new(node, session, channel);
    private HostedImage? _finished;

    private IOrderTaker Orders => node.Options.Orders
        ?? throw new MigrationException(MigrationError.Unsupported, $"the node {node.Options.Name} takes no orders: it is no quicwasm node");

    public async ValueTask HandleAsync(Message request, ulong requestId, CancellationToken cancellationToken)
    {
        if (request is HelloMessage hello)
        {
            await ReplyAsync(Greet(hello), requestId, cancellationToken);
            return;
        }

        _ = session.Hello;
        if (request is GetGranulesMessage get)
        {
            await SendGranulesAsync(session.Opened(get.Handle), get, requestId, cancellationToken);
            return;
        }

        Message answer = request switch
        {
            ForkMessage fork => await ForkAsync(fork, cancellationToken),
            FreezeMessage freeze => await FreezeAsync(freeze, cancellationToken),
            OpenImageMessage open => Open(open),
            ClaimMessage claim => Claim(claim),
            OwnershipMessage step => Step(step),
            KeepWorkingSetMessage keep => Keep(keep),
            OrderMessage order => new OrderedMessage(await Orders.ResumeAsync(order.Order, cancellationToken)),
            ForkOrderMessage order => new ForkOrderedMessage(await Orders.ForkAsync(order.Order, cancellationToken)),
            GetCodeMessage code => new CodeMessage(Fitting(session.Opened(code.Handle).Image.CompiledCode(session, code.Identity))),
            AwaitEndMessage wait => new EndMessage(await Orders.WaitAsync(wait.Program, ProtocolLimits.LongestWait, cancellationToken)),
            PlainMessage { Kind: MessageKind.ListImages } => new ImageListMessage([.. node.Images.Take(ProtocolLimits.MaxListed)]),
            PlainMessage { Kind: MessageKind.Status } => Status(),
            _ => throw new MigrationException(MigrationError.ProtocolViolation, $"{session.Peer} sent {request.Kind}, which is no request"),
        };
        try
        {
            await ReplyAsync(answer, requestId, cancellationToken);
        }
        finally
        {
            // RACE: whoever waits for the image to go may end the process at once, so the owner's answer is on its way before.
            _finished?.Dispose();
            _finished = null;
        }
    }

    public void Dispose() => _sender.Dispose();

    private HelloMessage Greet(HelloMessage hello)
    {
        if (hello.Version != ProtocolLimits.Version)
        {
            throw new MigrationException(
                MigrationError.UnsupportedVersion,
                $"{session.Peer} speaks version {hello.Version} of the migration protocol, {node.Options.Name} speaks {ProtocolLimits.Version}; "
                + "use the same release on both");
        }

        if (hello.MaxMessageBytes < ProtocolLimits.MaxRequestBytes)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"{session.Peer} accepts messages of {hello.MaxMessageBytes} bytes only");
        }

        session.Greet(hello);
        return new HelloMessage(ProtocolLimits.Version, ProtocolLimits.MaxRequestBytes, node.Options.Name, CodecChoice.Here);
    }

    private ImageOpenedMessage Open(OpenImageMessage open)
    {
        HostedImage image = node.Find(open.Image);
        GranulePlan plan = CopyGranularity.Of(open.Granularity).Plan(image.Layout, open.Options);
        ImmutableArray<PartRange> stack = open.Hints.HasFlag(Prefetch.Stack) ? image.GuessStack() : [];
        ImmutableArray<PartRange> recorded = open.Hints.HasFlag(Prefetch.Recorded) ? image.WorkingSet : [];
        ImmutableArray<PartRange> hints = [.. stack, .. recorded.Take(ProtocolLimits.MaxHints - stack.Length)];
        return new ImageOpenedMessage(session.Open(image, plan), image.Name, image.Layout, stack.Length, hints);
    }

    private ClaimedMessage Claim(ClaimMessage claim)
    {
        HostedImage image = node.Find(claim.Image);
        ulong epoch = claim.IsShared
            ? image.Ownership.Share(claim.Claimant, session)
            : image.Ownership.Claim(claim.Claimant, session, session.Peer);
        return new ClaimedMessage(image.Layout.Id, epoch, (uint)Math.Min(node.Options.ClaimLease.TotalMilliseconds, uint.MaxValue));
    }

    private OwnershipMessage Step(OwnershipMessage step)
    {
        HostedImage image = node.Find(step.Image);
        switch (step.Step)
        {
            case MessageKind.Commit:
                image.Ownership.Commit(step.Claimant, step.Epoch);
                return step with { Step = MessageKind.Committed };
            case MessageKind.Release or MessageKind.Done when image.Ownership.EndShare(step.Claimant):
                _finished = node.ForgetUnshared(image);
                return step with { Step = step.Step == MessageKind.Release ? MessageKind.Released : MessageKind.Finished };
            case MessageKind.Release:
                image.Ownership.Release(step.Claimant, step.Epoch);
                return step with { Step = MessageKind.Released };
            case MessageKind.Done:
                image.Ownership.CheckOwner(step.Claimant, step.Epoch);
                _finished = node.Forget(image);
                return step with { Step = MessageKind.Finished };
            default:
                throw new MigrationException(MigrationError.ProtocolViolation, $"{session.Peer} sent {step.Kind}, which is no request");
        }
    }

    private WorkingSetKeptMessage Keep(KeepWorkingSetMessage keep)
    {
        HostedImage image = node.Find(keep.Image);
        image.Ownership.CheckOwner(keep.Claimant, keep.Epoch);
        foreach (PartRange range in keep.Ranges)
        {
            ImagePart? part = range.Part < image.Layout.Parts.Length ? image.Layout.Parts[range.Part] : null;
            if (part is null || range.Offset > part.LengthBytes || range.LengthBytes > part.LengthBytes - range.Offset)
            {
                throw new MigrationException(MigrationError.ProtocolViolation, $"{session.Peer} says that {range} of image {image.Layout.Id} was touched, which has no such bytes");
            }
        }

        image.WorkingSet = keep.Ranges;
        node.Options.WorkingSetKept?.Invoke(image.Layout.Id, keep.Ranges);
        return new WorkingSetKeptMessage(image.Layout.Id);
    }

    // Code only makes a program faster: what does not fit into an answer stays here.
    private ImmutableArray<ReadOnlyMemory<byte>> Fitting(IReadOnlyList<byte[]> packages)
    {
        long left = Math.Min(session.Hello.MaxMessageBytes, ProtocolLimits.MaxAnswerBytes) - CodeMessage.OverheadBytes;
        var fitting = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (byte[] package in packages.Take(ProtocolLimits.MaxPackages))
        {
            if (package.Length <= left - CodeMessage.OverheadBytes)
            {
                left -= package.Length + CodeMessage.OverheadBytes;
                fitting.Add(package);
            }
        }

        return fitting.ToImmutable();
    }

    private StatusReportMessage Status()
    {
        NodeStatus status = node.Status;
        return new StatusReportMessage(status with { Programs = [.. status.Programs.Take(ProtocolLimits.MaxListed)] });
    }

    private async Task<FrozenMessage> FreezeAsync(FreezeMessage freeze, CancellationToken cancellationToken)
    {
        return new FrozenMessage(await StoppedAsync(node.FreezeAsync(freeze.Program, freeze.IsFlat, cancellationToken), cancellationToken));
    }

    private async Task<FrozenMessage> ForkAsync(ForkMessage fork, CancellationToken cancellationToken) =>
        new(await StoppedAsync(node.ForkAsync(fork.Program, fork.Claimant, session, cancellationToken), cancellationToken));

    private async Task<Guid> StoppedAsync(Task<Guid> image, CancellationToken cancellationToken)
    {
        try
        {
            return await image.WaitAsync(node.Options.FreezeDeadline, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new MigrationException(
                MigrationError.FreezeFailed, $"the program did not reach a safe point within {node.Options.FreezeDeadline.TotalSeconds} s; ask again", e);
        }
    }

    private async ValueTask SendGranulesAsync(OpenedImage opened, GetGranulesMessage get, ulong requestId, CancellationToken cancellationToken)
    {
        foreach (GranuleRun run in get.Runs)
        {
            if (run.End > opened.Plan.GranuleCount)
            {
                throw new MigrationException(
                    MigrationError.ProtocolViolation, $"{session.Peer} asked for granule {run.End - 1} of {opened.Plan.GranuleCount}");
            }
        }

        if (!BlockCompression.IsHere(get.Codec))
        {
            throw new MigrationException(MigrationError.Unsupported, $"{node.Options.Name} cannot compress with {get.Codec}; {BlockCompression.Advice(get.Codec)} there");
        }

        await _sender.SendAsync(opened, get, requestId, cancellationToken);
    }

    private async ValueTask ReplyAsync(Message answer, ulong requestId, CancellationToken cancellationToken) =>
        await channel.SendAsync(
            answer, requestId, (int)Math.Min(session.Hello.MaxMessageBytes, ProtocolLimits.MaxAnswerBytes), cancellationToken);
}
