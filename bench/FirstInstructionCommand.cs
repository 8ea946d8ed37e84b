using System.CommandLine;

namespace QuicWasm.Bench;

/// <summary>
/// <c>bench first-instruction</c>: how long after an order a program runs at a node that stays up (<c>quicwasm node</c>), by the size of its
/// memory. It is frozen at another such node, which both are warmed by an earlier move, or not.
/// </summary>
internal static class FirstInstructionCommand
{
    /// <summary>The command.</summary>
    public static Command Make()
    {
        var sizes = new Option<int[]>("--mib")
        {
            Description = "Sizes of the memory, powers of two",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16, 64, 256, 1024],
        };
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is measured", DefaultValueFactory = _ => 5 };
        var mode = new Option<string>("--mode") { Description = "cow or no-cow", DefaultValueFactory = _ => "cow" };
        var command = new Command("first-instruction", "Measures the time to first instruction over tcp on this machine, between nodes that stay up") { sizes, repetitions, mode };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(sizes), Math.Max(1, parsed.GetValue(repetitions)), parsed.GetRequiredValue(mode), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int[] sizes, int repetitions, string mode, CancellationToken cancellationToken)
    {
        double? smallest = null;
        foreach (int mib in sizes)
        {
            using LazyRun run = await LazyRun.FreezeAsync(new LazyProgram { Pages = mib * 256, Naps = 600, NapMs = 1000 }, cancellationToken);
            double cold = await ColdAsync(run, mode, cancellationToken);
            await using Pair nodes = await Pair.StartAsync(warmsItself: true, cancellationToken);
            double first = (await nodes.MoveAsync(run, mode, cancellationToken))[^1].Ms;
            var moves = new List<IReadOnlyList<(string Step, double Ms)>>();
            for (int i = 0; i < repetitions; i++)
            {
                moves.Add(await nodes.MoveAsync(run, mode, cancellationToken));
            }

            double[] warm = [.. moves.Select(steps => steps[^1].Ms)];
            double median = Medians.Of(warm);
            smallest ??= median;
            Console.WriteLine(FormattableString.Invariant(
                $"{mode} {mib,5} MiB: warm {median,8:0.00} ms (least {warm.Min():0.00}, most {warm.Max():0.00}; {median / smallest.Value:0.00} times that of {sizes[0]} MiB), first move {first:0.00} ms, cold {cold:0.00} ms"));
            Console.WriteLine($"  of the warm moves, medians: {string.Join(", ", moves[0].Select((step, i) => FormattableString.Invariant($"{step.Step} {Medians.Of([.. moves.Select(m => m[i].Ms)]):0.00}")))}");
        }

        return 0;
    }

    private static async Task<double> ColdAsync(LazyRun run, string mode, CancellationToken cancellationToken)
    {
        await using Pair nodes = await Pair.StartAsync(warmsItself: false, cancellationToken);
        return (await nodes.MoveAsync(run, mode, cancellationToken))[^1].Ms;
    }

    /// <summary>Two nodes that stay up.</summary>
    private sealed class Pair(TemporaryFolder folder, NodeProcess source, string sourceEndpoint, NodeProcess destination, string destinationEndpoint) : IAsyncDisposable
    {
        private int _moves;

        public static async Task<Pair> StartAsync(bool warmsItself, CancellationToken cancellationToken)
        {
            TemporaryFolder folder = new();
            (NodeProcess source, string sourceEndpoint) = await NodeProcess.StartNodeUnwatchedAsync(folder.Path, warmsItself, cancellationToken);
            (NodeProcess destination, string destinationEndpoint) = await NodeProcess.StartNodeUnwatchedAsync(folder.Path, warmsItself, cancellationToken);
            return new Pair(folder, source, sourceEndpoint, destination, destinationEndpoint);
        }

        /// <summary>Brings a program to the source as a whole, and moves it to the destination; gives when it came to each step there, in ms after the order.</summary>
        public async Task<IReadOnlyList<(string Step, double Ms)>> MoveAsync(LazyRun run, string mode, CancellationToken cancellationToken)
        {
            (NodeProcess file, string endpoint) = await run.ServeAsync(NodeSite.Loopback, cancellationToken);
            await using (file)
            {
                await OrderAsync([endpoint, "--at", sourceEndpoint, "--detach"], cancellationToken);
                await file.EndAsync(cancellationToken);
            }

            // It sleeps there until the nodes end: what is measured is over when it runs.
            // Who orders stands by, so that its start takes nothing from the nodes, and these have compiled what the move before has made them compile.
            await using NodeProcess order = NodeProcess.StandByUnwatched(
                "resume", "-", "--freeze", "--at", destinationEndpoint, "--mode", mode, "--detach");
            await order.MessageAsync(RunContext.StandingBy, cancellationToken);
            await ProcessUsage.QuietAsync([source.ProcessId, destination.ProcessId, order.ProcessId], cancellationToken);
            order.GiveLine(sourceEndpoint);
            await order.EndAsync(cancellationToken);
            return await destination.StepsAsync(++_moves, cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await source.DisposeAsync();
            await destination.DisposeAsync();
            folder.Dispose();
        }

        private static async Task OrderAsync(string[] arguments, CancellationToken cancellationToken)
        {
            await using NodeProcess order = NodeProcess.Start(NodeSite.Loopback, ["resume", .. arguments]);
            await order.EndAsync(cancellationToken);
        }
    }
}
