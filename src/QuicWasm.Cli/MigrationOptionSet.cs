using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>The options that say how an image is copied.</summary>
internal sealed class MigrationOptionSet
{
    private readonly Option<string> _granularity = CommonOptions.Granularity();
    private readonly Option<string> _mode = CommonOptions.Mode();
    private readonly Option<int> _pageBytes = new("--page-bytes")
    {
        Description = "Length of a page: a power of two from 4096 to 2097152",
        DefaultValueFactory = _ => GranularityOptions.MinimumPageBytes,
    };

    private readonly Option<bool> _eagerMemory = new("--eager-memory")
    {
        Description = "In mode cow, copies memories before the program runs; without it their pages are fetched when they are touched (Linux)",
    };

    private readonly Option<int> _streams = new("--streams") { Description = "Over how many streams granules travel", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _compression = CommonOptions.Compression();
    private readonly Option<string> _prefetch = new("--prefetch")
    {
        Description = "In mode cow, what comes ahead of its first touch: none, read-ahead (what follows touches in a row), stack (what the stack points to, with the skeleton), "
            + "recorded (what --record-working-set has seen), push (everything, behind the rest); several with + between them",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<int> _record = new("--record-working-set")
    {
        Description = "In mode cow, records what the program touches in its first so many milliseconds here; the memory node keeps that with the image, for --prefetch recorded",
    };
    private readonly Option<string> _binary = CommonOptions.Choice(
        "--binary",
        "With --granularity whole-binary: compiled has the source send what its engine has compiled, too, which is used here as if this node had; only over tls or quic, and trust the peer as yourself",
        "wasm",
        "compiled");

    private readonly Option<Guid> _image = new("--image") { Description = "Which image, where the node keeps several" };
    private readonly Option<bool> _flatten = new("--flatten")
    {
        Description = "With --freeze: that node first fetches what it has not fetched of the program from another; else it comes through that node when it is touched",
    };

    private readonly Option<bool> _freeze = new("--freeze") { Description = "Freezes the node's running program first: moves it here at once" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _granularity, _mode, _pageBytes, _eagerMemory, _streams, _compression, _binary, _prefetch, _record, _image, _freeze, _flatten })
        {
            command.Add(option);
        }
    }

    /// <summary>Whether compiled code is to come, too.</summary>
    /// <exception cref="UsageException">It cannot, with the other options.</exception>
    public bool WantsCode(ParseResult parsed, TransportEndpoint? source)
    {
        if (parsed.GetRequiredValue(_binary) != "compiled")
        {
            return false;
        }

        if (parsed.GetRequiredValue(_granularity) != "whole-binary" || source is not { Scheme: "tls" or "quic" or "quic:msquic" or "quic:ngtcp2" })
        {
            throw new UsageException("--binary compiled needs --granularity whole-binary, and a memory node that is authenticated: tls or quic");
        }

        return true;
    }

    /// <summary>What they ask for.</summary>
    public MigrationRequest Request(ParseResult parsed) => new()
    {
        Image = parsed.GetValue(_image),
        FreezesProgram = parsed.GetValue(_freeze),
        IsFlat = parsed.GetValue(_flatten),
        Granularity = CopyGranularity.Named(parsed.GetRequiredValue(_granularity)).Granularity,
        Options = new GranularityOptions(
            parsed.GetRequiredValue(_pageBytes),
            parsed.GetRequiredValue(_mode) == "cow" ? CopyMode.Cow : CopyMode.NoCow,
            parsed.GetValue(_eagerMemory)),
        Streams = parsed.GetRequiredValue(_streams),
        Prefetch = PrefetchNames.Parse(parsed.GetRequiredValue(_prefetch)),
        RecordTime = TimeSpan.FromMilliseconds(Math.Max(-1, parsed.GetValue(_record))),
        Compression = Enum.Parse<Compression>(parsed.GetRequiredValue(_compression), ignoreCase: true),
    };
}
