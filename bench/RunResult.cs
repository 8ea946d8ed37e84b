using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>What a method gave: the program's output, in order, and metrics.</summary>
internal sealed class RunResult
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, (double Value, string Unit)> _metrics = [];
    private readonly List<string> _output = [];

    /// <summary>The lines of the program, before and after its move.</summary>
    public IReadOnlyList<string> Output => _output;

    /// <summary>Metrics with their units.</summary>
    public IReadOnlyDictionary<string, (double Value, string Unit)> Metrics => _metrics;

    /// <summary>Sets a metric.</summary>
    public void Set(string metric, double value, string unit) => _metrics[metric] = (value, unit);

    /// <summary>A metric's value, or NaN.</summary>
    public double Get(string metric) => _metrics.TryGetValue(metric, out (double Value, string Unit) known) ? known.Value : double.NaN;

    /// <summary>What the link had carried before what is measured began; null: nothing.</summary>
    public LinkCounters? LinkBefore { get; set; }

    /// <summary>Takes the output of a process, and what it used.</summary>
    public void Take(NodeProcess process, string side)
    {
        Take(process);
        Use(process.Usage, side, processorSecondsBefore: 0);
    }

    /// <summary>Takes lines of which nobody knows when each came.</summary>
    public void Take(IEnumerable<string> lines) => _output.AddRange(lines);

    /// <summary>Takes a program's output.</summary>
    public void Take(IProgramOutput program)
    {
        IReadOnlyList<string> lines = program.Output;
        IReadOnlyList<long> times = program.OutputTimes;
        for (int i = 0; i < lines.Count; i++)
        {
            _output.Add(lines[i]);
            Set($"line_{_output.Count:d3}", Stopwatch.GetElapsedTime(_start, times[i]).TotalNanoseconds, "ns");
        }
    }

    /// <summary>Sets what a process and its children used.</summary>
    /// <param name="usage">What it has used until now.</param>
    /// <param name="side">source or destination.</param>
    /// <param name="processorSecondsBefore">What of it is no part of the run.</param>
    public void Use(ProcessUsage usage, string side, double processorSecondsBefore)
    {
        Set($"{side}_processor_seconds", usage.ProcessorSeconds - processorSecondsBefore, "s");
        Set($"{side}_peak_memory_bytes", usage.PeakMemoryBytes, "bytes");
    }

    /// <summary>The run is over: sets how long it took, and for how long nobody saw the program do anything when it moved.</summary>
    /// <param name="linesAtSource">How many lines came from the source.</param>
    public void End(int linesAtSource)
    {
        Set("time_to_finish", Stopwatch.GetElapsedTime(_start).TotalNanoseconds, "ns");
        if (linesAtSource > 0 && linesAtSource < _output.Count)
        {
            Set("output_gap", Get($"line_{linesAtSource + 1:d3}") - Get($"line_{linesAtSource:d3}"), "ns");
        }
    }
}
