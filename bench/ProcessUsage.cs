using System.Diagnostics;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>
/// What a process and its children (a node's pager is one) have used, read again and again until it ends: so the figures miss what they do
/// in their last <see cref="Every"/>. Linux only; elsewhere everything stays 0.
/// </summary>
internal sealed class ProcessUsage : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private const int SamplesBetweenChildren = 10;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly PeriodicTimer _timer = new(Every);
    private readonly Task _sampling;
    private readonly int _processId;

    /// <summary>Begins to look at a process.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="samples">Whether it is looked at all the time; that takes processor time itself.</param>
    public ProcessUsage(int processId, bool samples = true)
    {
        _processId = processId;
        _sampling = samples ? SampleAsync(processId) : Task.CompletedTask;
    }

    /// <summary>Processor time of all their threads, user and system, in seconds.</summary>
    public double ProcessorSeconds { get; private set; }

    /// <summary>The most memory that each of them had in RAM, added up, in bytes.</summary>
    public double PeakMemoryBytes { get; private set; }

    /// <summary>The memory that they have in RAM now, in bytes: what several share counts once.</summary>
    public double MemoryBytes() => Children(_processId).Prepend(_processId).Sum(static process =>
    {
        const string field = "Pss:";
        try
        {
            string? share = File.ReadLines($"/proc/{process}/smaps_rollup").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return share is null ? 0 : double.Parse(share.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // The process is gone, or the system has no /proc.
            return 0;
        }
    });

    /// <summary>Waits until processes and their children have used next to no processor time for a while: what they compile after a first run, say, is done.</summary>
    public static async Task QuietAsync(IReadOnlyList<int> processIds, CancellationToken cancellationToken)
    {
        const double Quiet = 1.5 / TicksPerSecond;
        double before = double.NaN;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < LongestWait;)
        {
            double now = processIds.SelectMany(static p => Children(p).Prepend(p)).Sum(static p => Read($"/proc/{p}")?.Seconds ?? 0);
            if (now - before < Quiet)
            {
                return;
            }

            before = now;
            await Task.Delay(QuietTime, cancellationToken);
        }

        Console.Error.WriteLine($"processes {string.Join(", ", processIds)} were not quiet within {LongestWait.TotalSeconds} s; what is measured now competes with them");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _sampling;
    }

    private async Task SampleAsync(int processId)
    {
        var used = new Dictionary<int, (double Seconds, double PeakBytes)>();
        IReadOnlyList<int> processes = [processId];
        int samples = 0;
        do
        {
            if (samples++ % SamplesBetweenChildren == 0)
            {
                processes = [processId, .. Children(processId)];
            }

            foreach (int process in processes)
            {
                used[process] = Read($"/proc/{process}") ?? used.GetValueOrDefault(process);
            }

            ProcessorSeconds = used.Values.Sum(static u => u.Seconds);
            PeakMemoryBytes = used.Values.Sum(static u => u.PeakBytes);
        }
        while (Directory.Exists($"/proc/{processId}") && await _timer.WaitForNextTickAsync());
    }

    // Null: the process is gone, or the system has no /proc.
    private static (double Seconds, double PeakBytes)? Read(string folder)
    {
        try
        {
            // The name may have blanks and brackets in it: the fields are counted from the last one on.
            string[] fields = File.ReadAllText($"{folder}/stat").Split(") ")[^1].Split(' ');
            double seconds = (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;

            // A process that has ended, and that nobody has waited for yet, has no memory any more.
            string? peak = File.ReadLines($"{folder}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return peak is null ? null : (seconds, double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The processes that a process has started.</summary>
    public static IEnumerable<int> Children(int processId)
    {
        try
        {
            // Each belongs to the thread that has started it.
            return
            [
                .. Directory.GetDirectories($"/proc/{processId}/task")
                    .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
            ];
        }
        catch (IOException)
        {
            // RACE: a thread has ended since it was listed; the next look finds what this one misses.
            return [];
        }
    }
}
