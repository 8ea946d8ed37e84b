using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm resume SOURCE --at NODE</c>: a node that stays up resumes the program, and this process waits for its end.</summary>
internal static class RemoteResume
{
    /// <summary>Connects, asks what to order, and orders it; gives the program's exit code, or at once success where nobody is to wait.</summary>
    public static async Task<int> RunAsync(
        CommandConsole console, TransportEndpoint node, Func<ResumeOrder> whatToOrder, TransportOptions transport, bool waits, CancellationToken cancellationToken)
    {
        var options = new RunningNodeOptions { Name = $"quicwasm {Environment.ProcessId}", Transport = transport };
        ResumeOrder order;
        NodeClient client = await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
        try
        {
            order = whatToOrder();
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        if (!client.IsConnected)
        {
            // The node was started anew while it took its time to say what.
            await client.DisposeAsync();
            client = await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
        }

        await using EndWaiter waiter = new(console, node, options, client);
        OrderReceipt receipt = await client.OrderAsync(order, cancellationToken);
        console.Say($"program {receipt.Program} runs at {node}; its output goes to {receipt.Output} there");
        if (!waits)
        {
            return ExitCode.Success;
        }

        OrderedEnd end = await waiter.WaitAsync(receipt.Program, cancellationToken);
        if (end.Text.Length > 0)
        {
            console.Say($"program {receipt.Program}: {end.Text}");
        }

        return end.ExitCode;
    }
}
