using System.Diagnostics;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>Forks a parent at a node in a process of its own, and watches the children's files and the node's memory.</summary>
internal sealed class ForkMeasurement(ForkParent parent, string folder)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20), Deadline = TimeSpan.FromMinutes(5);

    private long _peak;

    /// <summary>Runs it once.</summary>
    /// <exception cref="HarnessException">A process failed, or a child's output is not its parent's.</exception>
    public async Task<ForkFigures> RunAsync(int children, string mode, string engine, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(Deadline);
        await using NodeProcess node = NodeProcess.Start(
            NodeSite.Loopback, ["node", "--listen", "tcp:127.0.0.1:0", "--output-folder", folder, "--max-programs", $"{children}", "--engine", engine]);
        string there = await node.MessageAsync("quicwasm: listening on ", ending.Token);
        long idle = Sample(node.ProcessId);
        long start = Stopwatch.GetTimestamp();
        await using NodeProcess fork = NodeProcess.Start(NodeSite.Loopback, ["fork", parent.Image, "--children", $"{children}", "--at", there, "--mode", mode]);
        Task<string> made = fork.MessageAsync($"quicwasm: child {children - 1} is program ", ending.Token);
        Task<TimeSpan> whenMade = made.ContinueWith(_ => Stopwatch.GetElapsedTime(start), ending.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        TimeSpan first = await FirstOutputAsync(node.ProcessId, children, start, fork, ending.Token);
        Task ended = fork.EndAsync(ending.Token);
        while (!ended.IsCompleted)
        {
            Sample(node.ProcessId);
            await Task.WhenAny(ended, Task.Delay(Look, ending.Token));
        }

        await ended;
        TimeSpan end = Stopwatch.GetElapsedTime(start);
        Verify(children);
        return new ForkFigures(await whenMade, first, end, idle, _peak);
    }

    private async Task<TimeSpan> FirstOutputAsync(int process, int children, long start, NodeProcess fork, CancellationToken cancellationToken)
    {
        HashSet<string> silent = [];
        long lastSample = 0;
        int known = 0;
        while (known < children || silent.Count > 0)
        {
            foreach (string file in known < children ? Directory.GetFiles(folder, "*.out") : [.. silent])
            {
                if (new FileInfo(file).Length > 0)
                {
                    silent.Remove(file);
                }
                else
                {
                    silent.Add(file);
                }
            }

            known = known < children ? Directory.GetFiles(folder, "*.out").Length : known;
            if (Stopwatch.GetElapsedTime(lastSample) > 10 * Look)
            {
                Sample(process);
                lastSample = Stopwatch.GetTimestamp();
            }

            fork.ThrowIfFailed();
            await Task.Delay(Look, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private void Verify(int children)
    {
        string[] files = Directory.GetFiles(folder, "*.out");
        string? wrong = files.FirstOrDefault(f => File.ReadAllText(f) != parent.Rest);
        if (files.Length != children || wrong is not null)
        {
            throw new HarnessException(wrong is null ? $"{files.Length} outputs of {children} children" : $"{wrong} is not what the parent wrote from its image on");
        }
    }

    // The node and the processes that it has started. Not each page's share (smaps): the kernel walks all views for that, and holds up who runs in them.
    private long Sample(int process)
    {
        long anonymous = ProcessUsage.Children(process).Prepend(process)
            .SelectMany(static one => File.ReadLines($"/proc/{one}/status"))
            .Where(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal))
            .Sum(Kib);
        _peak = Math.Max(_peak, anonymous);
        return anonymous;
    }

    private static long Kib(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
