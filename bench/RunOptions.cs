using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>The options of one run.</summary>
internal sealed class RunOptions
{
    private const string All = "all";

    private readonly Option<string> _method = Choice(
        "--method", "What is done: migrate, or what that is compared with (docs/experiments.md)", [.. Methods.All.Where(m => m != Methods.Replay)]);

    private readonly Option<string> _granularity = Choice("--granularity", "How much is copied at a time", [.. CopyGranularity.All.Select(g => g.Name), All]);
    private readonly Option<string> _transport = Choice("--transport", "What carries it", [.. TransportCatalogue.Names]);
    private readonly Option<string> _mode = Choice("--mode", "no-cow: copy everything, then run; cow: run, and fetch what is touched", ["no-cow", "cow"]);
    private readonly Option<string> _workload = Choice("--workload", "Which program moves", [.. Workload.Movable.Select(w => w.Name)]);
    private readonly Option<string> _engine = Choice("--engine", "What runs it", ["tiered", "interpreter", "compiler"]);
    private readonly Option<int?> _heapMib = new("--heap-mib") { Description = "Heap of the workload kv in MiB, 1 to 1024" };
    private readonly Option<double?> _touch = new("--touch") { Description = "Part of the heap that kv works with, 0 to 1" };
    private readonly Option<int> _pageBytes = new("--page-bytes") { Description = "Length of a page: a power of two from 4096 to 2097152", DefaultValueFactory = _ => 4096 };
    private readonly Option<int> _streams = new("--streams") { Description = "Over how many streams granules travel", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _eagerMemory = new("--eager-memory") { Description = "In mode cow, copies memories before the program runs" };
    private readonly Option<bool> _warm = new("--warm") { Description = "Between nodes that stay up and have moved a program before; without it, every process is fresh" };
    private readonly Option<string> _compression = new("--compression") { Description = "How granules are compressed: none, lz4, zstd, or auto, which measures the link and decides", DefaultValueFactory = _ => "none" };
    private readonly Option<string> _prefetch = new("--prefetch") { Description = "What comes ahead in mode cow: none, read-ahead, stack, recorded, push, or several with + between them", DefaultValueFactory = _ => "none" };
    private readonly Option<int> _children = new("--children") { Description = "How many programs are made of one image at one node; more than one is the method fork", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _rtt = new("--rtt") { Description = "Round trip of an emulated link in ms" };
    private readonly Option<double> _loss = new("--loss") { Description = "Part of the packets that an emulated link loses, 0 to 1" };
    private readonly Option<double> _rate = new("--rate") { Description = "Rate of an emulated link in Mbit/s; 0: no limit" };
    private readonly Option<string> _link = new("--link")
    {
        Description = "emulated: two network namespaces and the emulator between them (root); auto: that if something is asked of the link",
        DefaultValueFactory = _ => LinkKinds.Auto,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Rows as JSON on the standard output, instead of the table" };
    private readonly Option<int> _repetitions = new("--repetitions") { Description = "How often each point is measured", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _small = new("--small") { Description = "The workload's small arguments: tenths of a second instead of seconds" };
    private readonly Option<string> _out = new("--out") { Description = "Folder for the rows", DefaultValueFactory = _ => Path.Combine("results", "run") };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] options =
        [
            _method, _granularity, _transport, _mode, _workload, _engine, _heapMib, _touch, _pageBytes, _streams, _eagerMemory, _warm,
            _compression, _prefetch, _children, _rtt, _loss, _rate, _link, _repetitions, _small, _json, _out,
        ];
        foreach (Option option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>Where the rows go.</summary>
    public string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(_out), Repository.Root);

    /// <summary>Whether the result is to be JSON.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>The points that they ask for.</summary>
    /// <exception cref="HarnessException">Two options do not go together.</exception>
    public IReadOnlyList<ExperimentPoint> Points(ParseResult parsed)
    {
        Workload workload = Workload.Named(parsed.GetRequiredValue(_workload));
        string granularity = parsed.GetRequiredValue(_granularity);
        IEnumerable<string> granularities = granularity == All ? CopyGranularity.All.Select(g => g.Name) : [granularity];
        var link = new LinkSettings { RttMs = parsed.GetValue(_rtt), Loss = parsed.GetValue(_loss), RateMbit = parsed.GetValue(_rate) };
        link.Validate();
        CheckPrefetch(parsed.GetRequiredValue(_prefetch));
        string kind = parsed.GetRequiredValue(_link);
        return
        [
            .. Enumerable.Range(1, parsed.GetRequiredValue(_repetitions)).SelectMany(repetition => granularities.Select(name => new ExperimentPoint
            {
                Method = Method(parsed),
                Workload = workload.Name,
                IsSmall = parsed.GetValue(_small),
                HeapMib = parsed.GetValue(_heapMib),
                Touch = parsed.GetValue(_touch),
                Engine = parsed.GetRequiredValue(_engine),
                Granularity = name,
                GranuleBytes = parsed.GetRequiredValue(_pageBytes),
                Mode = parsed.GetRequiredValue(_mode),
                EagerMemory = parsed.GetValue(_eagerMemory),
                Warm = parsed.GetValue(_warm),
                Transport = parsed.GetRequiredValue(_transport),
                Streams = parsed.GetRequiredValue(_streams),
                Compression = parsed.GetRequiredValue(_compression),
                Prefetch = parsed.GetRequiredValue(_prefetch),
                Children = parsed.GetRequiredValue(_children),
                LinkKind = kind == LinkKinds.Auto && link.IsClean ? LinkKinds.Loopback : kind,
                Link = link,
                Repetition = repetition,
            })),
        ];
    }

    private static void CheckPrefetch(string policies)
    {
        try
        {
            PrefetchNames.Parse(policies);
        }
        catch (MigrationException e)
        {
            throw new HarnessException($"--prefetch {policies}: {e.Message}");
        }
    }

    private string Method(ParseResult parsed) => parsed.GetRequiredValue(_method) is var method && method == Methods.Migrate && parsed.GetRequiredValue(_children) > 1
        ? Methods.Fork
        : method;

    private static Option<string> Choice(string name, string description, string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
