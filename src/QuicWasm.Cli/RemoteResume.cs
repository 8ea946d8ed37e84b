using System.Diagnostics;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm resume SOURCE --at NODE</c>: a node that stays up resumes the program, and this process waits for its end.</summary>
internal static class RemoteResume
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>Orders it; gives the program's exit code, or at once success where nobody is to wait.</summary>
    public static async Task<int> RunAsync(
        CommandConsole console, TransportEndpoint node, ResumeOrder order, TransportOptions transport, bool waits, CancellationToken cancellationToken)
    {
        var options = new RunningNodeOptions { Name = $"quicwasm {Environment.ProcessId}", Transport = transport };
        await using NodeClient client = await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
        OrderReceipt receipt = await client.OrderAsync(order, cancellationToken);
        console.Say($"program {receipt.Program} runs at {node}; its output goes to {receipt.Output} there");
        if (!waits)
        {
            return ExitCode.Success;
        }

        OrderedEnd end = await WaitAsync(console, client, node, options, receipt.Program, cancellationToken);
        if (end.Text.Length > 0)
        {
            console.Say($"program {receipt.Program}: {end.Text}");
        }

        return end.ExitCode;
    }

    // The program runs on whatever becomes of the connection: it is made again, and the question is asked again.
    private static async Task<OrderedEnd> WaitAsync(
        CommandConsole console, NodeClient first, TransportEndpoint node, RunningNodeOptions options, Guid program, CancellationToken cancellationToken)
    {
        NodeClient? client = first;
        long? lostAt = null;
        try
        {
            while (true)
            {
                try
                {
                    client ??= await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
                    lostAt = null;
                    return await client.WaitForEndAsync(program, cancellationToken);
                }
                catch (MigrationException e) when (e.Error is MigrationError.ConnectionLost or MigrationError.DeadlineExceeded
                    && (lostAt is null || Stopwatch.GetElapsedTime(lostAt.Value) < options.LinkDeadline))
                {
                    if (lostAt is null)
                    {
                        lostAt = Stopwatch.GetTimestamp();
                        console.Say($"{e.Message}; the connection is made again");
                    }

                    await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
                    client = null;
                    await Task.Delay(Pause, cancellationToken);
                }
            }
        }
        finally
        {
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
