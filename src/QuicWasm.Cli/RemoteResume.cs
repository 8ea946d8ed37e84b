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
        await using EndWaiter waiter = new(console, node, options);

        // What it takes to say what to order is no part of the move; but it may take so long that the node is started anew.
        await waiter.ConnectAsync(cancellationToken);
        ResumeOrder order = whatToOrder();
        NodeClient client = await waiter.ConnectAsync(cancellationToken);
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
