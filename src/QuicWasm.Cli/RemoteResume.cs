using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm resume SOURCE --at NODE</c>: a node that stays up resumes the program, and this process waits for its end.</summary>
internal static class RemoteResume
{
    /// <summary>Orders it; gives the program's exit code, or at once success where nobody is to wait.</summary>
    public static async Task<int> RunAsync(
        CommandConsole console, TransportEndpoint node, ResumeOrder order, TransportOptions transport, bool waits, CancellationToken cancellationToken)
    {
        var options = new RunningNodeOptions { Name = $"quicwasm {Environment.ProcessId}", Transport = transport };
        NodeClient client = await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
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
