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

    /// <summary>Takes the output of a process, the first lines of it where the program began anew elsewhere, and what it used.</summary>
    public void Take(NodeProcess process, string side, int? lines = null)
    {
        int count = Math.Min(lines ?? int.MaxValue, process.Output.Count);
        for (int i = 0; i < count; i++)
        {
            _output.Add(process.Output[i]);
            Set($"line_{_output.Count:d3}", Stopwatch.GetElapsedTime(_start, process.OutputTimes[i]).TotalNanoseconds, "ns");
        }

        Set($"{side}_processor_seconds", process.Usage.ProcessorSeconds, "s");
        Set($"{side}_peak_memory_bytes", process.Usage.PeakMemoryBytes, "bytes");
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
