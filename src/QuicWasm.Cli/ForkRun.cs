using System.Collections.Immutable;
using QuicWasm.Migration;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>One fork: an image that is held at its memory node while nodes make children of it, and the wait for their ends.</summary>
internal sealed class ForkRun(
    CommandConsole console,
    TransportEndpoint[] nodes,
    int count,
    ImmutableArray<string>? arguments,
    MigrationRequest request,
    TransportOptions transport,
    bool waits)
{
    private readonly RunningNodeOptions _options = new() { Name = $"quicwasm {Environment.ProcessId}", Transport = transport };

    /// <summary>Of a memory node's program or image.</summary>
    public async Task<int> OfNodeAsync(TransportEndpoint source, Guid program, CancellationToken cancellationToken)
    {
        await using NodeClient client = await NodeClient.ConnectAsync(Transports.All, source, _options, cancellationToken);
        await using HeldImage image = await HoldAsync(client, program, cancellationToken);
        return await RunAsync(source, image.Image, image.DisposeAsync, cancellationToken);
    }

    /// <summary>Of an image file, which this process serves until no child needs it any more.</summary>
    public async Task<int> OfFileAsync(string file, TransportEndpoint here, CancellationToken cancellationToken)
    {
        await using var node = new MemoryNode(new MemoryNodeOptions { Name = _options.Name, PeerFailed = e => console.Say(e.Message) });
        ImageFileSource image = ImageFile.Open(file);
        Guid id = image.Layout.Id;
        using IDisposable hold = node.AddShared(image, Path.GetFileName(file));
        image.Verify();
        TransportEndpoint endpoint = await node.ListenAsync(Transports.All, here, transport, cancellationToken);
        console.Say($"serving {file} as image {id} on {endpoint}");
        int exitCode = await RunAsync(endpoint, id, () => ValueTask.CompletedTask, cancellationToken);
        hold.Dispose();
        await node.WhenGoneAsync(id, cancellationToken);
        return exitCode;
    }

    private async Task<HeldImage> HoldAsync(NodeClient client, Guid program, CancellationToken cancellationToken)
    {
        Guid image = request.Image;
        if (image == Guid.Empty)
        {
            NodeStatus status = await client.GetStatusAsync(cancellationToken);
            if (status.Programs.Length > 0)
            {
                if (!request.FreezesProgram)
                {
                    HeldImage forked = await client.ForkAsync(program, cancellationToken);
                    console.Say($"forked as image {forked.Image}; the program goes on");
                    return forked;
                }

                image = await client.FreezeAsync(program, cancellationToken);
                console.Say($"frozen as image {image}");
            }
        }

        return await client.HoldAsync(image, cancellationToken);
    }

    private async Task<int> RunAsync(TransportEndpoint source, Guid image, Func<ValueTask> release, CancellationToken cancellationToken)
    {
        var families = new List<(EndWaiter Waiter, Task<ImmutableArray<OrderReceipt>> Order)>();
        int exitCode = ExitCode.Success;
        try
        {
            for (int i = 0, first = 0; i < nodes.Length; i++)
            {
                int end = (int)((long)count * (i + 1) / nodes.Length);
                EndWaiter waiter = new(console, nodes[i], _options);
                NodeClient client = await waiter.ConnectAsync(cancellationToken);
                var order = new ForkOrder(new ResumeOrder($"{source}", request with { Image = image, FreezesProgram = false, IsShared = true }), first, end - first, arguments);
                families.Add((waiter, OrderAsync(nodes[i], client, order, cancellationToken)));
                first = end;
            }

            ImmutableArray<OrderReceipt>[] made = await Task.WhenAll(families.Select(f => f.Order));
            await release();
            int[] codes = waits ? await Task.WhenAll(families.Zip(made, (f, m) => EndAsync(f.Waiter, m, cancellationToken))) : [];
            exitCode = made.Any(m => m.IsEmpty) ? ExitCode.Failure : codes.FirstOrDefault(c => c != ExitCode.Success);
        }
        finally
        {
            foreach ((EndWaiter waiter, _) in families)
            {
                await waiter.DisposeAsync();
            }
        }

        return exitCode;
    }

    // A node that fails has made no child; those of the others run all the same, and are told of.
    private async Task<ImmutableArray<OrderReceipt>> OrderAsync(TransportEndpoint node, NodeClient client, ForkOrder order, CancellationToken cancellationToken)
    {
        try
        {
            ImmutableArray<OrderReceipt> made = await client.OrderForkAsync(order, cancellationToken);
            for (int i = 0; i < made.Length; i++)
            {
                console.Say($"child {order.FirstIndex + i} is program {made[i].Program} at {node}; its output goes to {made[i].Output} there");
            }

            return made;
        }
        catch (MigrationException e)
        {
            console.Say($"children {order.FirstIndex} to {order.FirstIndex + order.Count - 1} were not made at {node}: {e.Message}");
            return [];
        }
    }

    private async Task<int> EndAsync(EndWaiter waiter, ImmutableArray<OrderReceipt> children, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        foreach (OrderReceipt child in children)
        {
            OrderedEnd end = await waiter.WaitAsync(child.Program, cancellationToken);
            if (end.Text.Length > 0)
            {
                console.Say($"program {child.Program}: {end.Text}");
            }

            exitCode = exitCode == ExitCode.Success ? end.ExitCode : exitCode;
        }

        return exitCode;
    }
}
