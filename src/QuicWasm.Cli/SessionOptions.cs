using System.CommandLine;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>How a program that runs here can leave.</summary>
/// <param name="Listen">Where running nodes may freeze and fetch it, or null.</param>
/// <param name="Transport">What its transport is told.</param>
/// <param name="FreezeTo">The file that it is frozen to on a signal, or after so many safe points; or null.</param>
/// <param name="FreezeAfter">After how many safe points it is frozen, or null.</param>
/// <param name="Report">The file that the report of a migration goes to, or null.</param>
/// <param name="Fuel">How many safe points it may pass here, or null for no limit.</param>
/// <param name="ShowsProfile">Whether it is said at the end what was compiled.</param>
internal sealed record SessionOptions(
    TransportEndpoint? Listen, TransportOptions Transport, string? FreezeTo, long? FreezeAfter, string? Report, long? Fuel, bool ShowsProfile);

/// <summary>The options of commands that run a program.</summary>
/// <param name="hostsOrders">Whether programs come by order: what is asked of one program only is left out.</param>
internal sealed class SessionOptionSet(bool hostsOrders = false)
{
    private readonly FolderOptionSet _folders = new();
    private readonly FeatureOptionSet _features = new();
    private readonly Option<string?> _maxMemory = new("--max-memory") { Description = "How far one memory can grow, such as 64MiB or 1GiB; 4GiB without it" };
    private readonly Option<string> _engine = CommonOptions.Engine();
    private readonly CacheOptionSet _cache = new();
    private readonly Option<string> _allocation = CommonOptions.Allocation();
    private readonly Option<int> _poolMib = CommonOptions.PoolMib();
    private readonly Option<string?> _listen = CommonOptions.Listen();
    private readonly Option<string?> _report = CommonOptions.Report();
    private readonly Option<string?> _freezeTo = new("--freeze-to") { Description = "On SIGUSR1, freezes the program to this image file and ends" };
    private readonly Option<long?> _freezeAfter = new("--freeze-after")
    {
        Description = "Freezes the program at its safe point with this number, to the file of --freeze-to",
    };

    private readonly Option<long?> _fuel = new("--fuel")
    {
        Description = "Traps the program after so many calls and loop iterations in this process; without it nothing is counted",
    };

    private readonly Option<bool> _profile = new("--profile") { Description = "At the end, lists the functions that ran often, and what compiling them took" };
    private readonly Option<string> _unknownImports = CommonOptions.Choice(
        "--unknown-imports", "What a function does that the program imports and nothing offers: fail when it is linked, or trap when it is called", "fail", "trap");

    private readonly Option<int[]> _sockets = new("--socket")
    {
        Description = "A socket that this process was started with, by its number: the program has it behind its folders, to accept, receive and send; "
            + "may be given again",
        DefaultValueFactory = _ => [],
    };

    private Option[] _local = [];

    /// <summary>How nodes reach each other.</summary>
    public TransportOptionSet Transport { get; } = new();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        int before = command.Options.Count;
        _folders.AddTo(command);
        _features.AddTo(command);
        Option[] ofOneProgram = hostsOrders ? [] : [_sockets, _freezeTo, _freezeAfter, _report, _fuel, _profile];
        foreach (Option option in new Option[] { _maxMemory, _engine, _allocation, _poolMib, _unknownImports, _listen }.Concat(ofOneProgram))
        {
            command.Add(option);
        }

        _cache.AddTo(command);
        _local = [.. command.Options.Skip(before)];
        Transport.AddTo(command, listens: true);
    }

    /// <summary>Refuses what is about a program that runs in this process.</summary>
    /// <exception cref="UsageException">Such an option is given.</exception>
    public void RefuseLocal(ParseResult parsed, string option)
    {
        if (_local.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } given)
        {
            throw new UsageException($"{given.Name} and {option} do not go together: the node has options of its own");
        }
    }

    /// <summary>Where and with what the program runs.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="console">Told what is wrong with the cache of compiled code.</param>
    public ProgramOptions ProgramOptions(ParseResult parsed, CommandConsole console) => new()
    {
        Cache = _cache.Cache(parsed, console),
        Engine = parsed.GetRequiredValue(_engine),
        Preopens = _folders.Preopens(parsed),
        MemoryFolderLimitBytes = _folders.MemoryLimitBytes(parsed),
        Sockets = InheritedSockets.Of(parsed.GetValue(_sockets) ?? []),
        Features = _features.Features(parsed),
        MaxMemoryBytes = parsed.GetValue(_maxMemory) is { } size ? SizeText.Parse(_maxMemory.Name, size) : Cli.ProgramOptions.DefaultMaxMemoryBytes,
        TrapsUnknownImports = parsed.GetRequiredValue(_unknownImports) == "trap",
        Allocation = CommonOptions.AllocationOf(parsed.GetRequiredValue(_allocation), parsed.GetRequiredValue(_poolMib)),
    };

    /// <summary>How it can leave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="console">Where this node says who it is.</param>
    /// <param name="source">The node that it comes from, or null.</param>
    public SessionOptions SessionOptions(ParseResult parsed, CommandConsole console, TransportEndpoint? source = null)
    {
        string? freezeTo = parsed.GetValue(_freezeTo);
        long? freezeAfter = parsed.GetValue(_freezeAfter);
        if (freezeAfter is not null && (freezeTo is null || freezeAfter < 1))
        {
            throw new UsageException("--freeze-after needs a number from 1 on, and --freeze-to FILE");
        }

        long? fuel = parsed.GetValue(_fuel);
        if (fuel < 0)
        {
            throw new UsageException("--fuel needs a number from 0 on");
        }

        TransportEndpoint? listen = parsed.GetValue(_listen) is { } text ? Transport.Endpoint(parsed, text) : null;
        return new SessionOptions(
            listen, Transport.Options(parsed, console, listen, source), freezeTo, freezeAfter, parsed.GetValue(_report), fuel,
            parsed.GetValue(_profile));
    }
}
