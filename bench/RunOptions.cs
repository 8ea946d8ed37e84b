using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>The options of one run.</summary>
internal sealed class RunOptions
{
    private const string All = "all";

    private readonly Option<string> _granularity = Choice("--granularity", "How much is copied at a time", [.. CopyGranularity.All.Select(g => g.Name), All]);
    private readonly Option<string> _transport = Choice("--transport", "What carries it", [.. TransportCatalogue.Names]);
    private readonly Option<string> _mode = Choice("--mode", "no-cow: copy everything, then run; cow: run, and fetch what is touched", ["no-cow", "cow"]);
    private readonly Option<string> _workload = Choice("--workload", "Which program moves", [.. Workload.Movable.Select(w => w.Name)]);
    private readonly Option<string> _engine = Choice("--engine", "What runs it", ["tiered", "interpreter", "compiler"]);
    private readonly Option<int?> _heapMib = new("--heap-mib") { Description = "Heap of the workload kv in MiB, 1 to 1024" };
    private readonly Option<double?> _touch = new("--touch") { Description = "Part of the heap that kv works with, 0 to 1" };
    private readonly Option<int> _pageBytes = new("--page-bytes") { Description = "Length of a page: a power of two from 4096 to 2097152", DefaultValueFactory = _ => 4096 };
    private readonly Option<int> _streams = new("--streams") { Description = "Over how many streams granules travel", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _compression = Choice("--compression", "How granules are compressed on their way; auto measures the link and decides", ["none", "lz4", "zstd", "auto"]);
    private readonly Option<bool> _eagerMemory = new("--eager-memory") { Description = "In mode cow, copies memories before the program runs" };
    private readonly Option<int> _repetitions = new("--repetitions") { Description = "How often each point is measured", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _small = new("--small") { Description = "The workload's small arguments: tenths of a second instead of seconds" };
    private readonly Option<string> _out = new("--out") { Description = "Folder for the rows", DefaultValueFactory = _ => Path.Combine("results", "run") };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] options = [_granularity, _transport, _mode, _workload, _engine, _heapMib, _touch, _pageBytes, _streams, _compression, _eagerMemory, _repetitions, _small, _out];
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Where the rows go.</summary>
    public string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(_out), Repository.Root);

    /// <summary>The points that they ask for.</summary>
    /// <exception cref="HarnessException">Two options do not go together.</exception>
    public IReadOnlyList<ExperimentPoint> Points(ParseResult parsed)
    {
        Workload workload = Workload.Named(parsed.GetRequiredValue(_workload));
        string granularity = parsed.GetRequiredValue(_granularity);
        IEnumerable<string> granularities = granularity == All ? CopyGranularity.All.Select(g => g.Name) : [granularity];
        IReadOnlyList<string> arguments = Arguments(parsed, workload);
        return
        [
            .. Enumerable.Range(1, parsed.GetRequiredValue(_repetitions)).SelectMany(repetition => granularities.Select(name => new ExperimentPoint
            {
                Workload = workload.Name,
                Arguments = arguments,
                Engine = parsed.GetRequiredValue(_engine),
                Granularity = name,
                PageBytes = parsed.GetRequiredValue(_pageBytes),
                Mode = parsed.GetRequiredValue(_mode),
                EagerMemory = parsed.GetValue(_eagerMemory),
                Transport = parsed.GetRequiredValue(_transport),
                Streams = parsed.GetRequiredValue(_streams),
                Compression = parsed.GetRequiredValue(_compression),
                Repetition = repetition,
            })),
        ];
    }

    private List<string> Arguments(ParseResult parsed, Workload workload)
    {
        var arguments = new List<string>(parsed.GetValue(_small) ? workload.TestArgs : workload.Args);
        foreach ((string option, object? value) in new (string, object?)[] { ("--heap-mib", parsed.GetValue(_heapMib)), ("--touch", parsed.GetValue(_touch)) })
        {
            if (value is null)
            {
                continue;
            }

            if (workload.Name != "kv")
            {
                throw new HarnessException($"{option} is an option of the workload kv, not of {workload.Name}");
            }

            arguments.AddRange([option, FormattableString.Invariant($"{value}")]);
        }

        return arguments;
    }

    private static Option<string> Choice(string name, string description, string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
