using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>One combination to measure: every dimension of a row.</summary>
internal sealed record ExperimentPoint
{
    /// <summary>What is done: see <see cref="Methods"/>.</summary>
    public string Method { get; init; } = Methods.Migrate;

    public string Workload { get; init; } = "kv";

    /// <summary>Arguments of the program beside those that are dimensions, or null for the workload's own.</summary>
    public string? Arguments { get; init; }

    /// <summary>Whether the workload's small arguments are meant where there are no others.</summary>
    public bool IsSmall { get; init; }

    public string Engine { get; init; } = "tiered";

    public string Granularity { get; init; } = "page";

    public int GranuleBytes { get; init; } = 4096;

    public string Mode { get; init; } = "no-cow";

    public bool EagerMemory { get; init; }

    /// <summary>Whether both nodes stay up and have moved a program before: else each process is fresh, and its own code not compiled yet.</summary>
    public bool Warm { get; init; }

    public string Transport { get; init; } = "tcp";

    public int Streams { get; init; } = 1;

    public string Compression { get; init; } = "none";

    public string Prefetch { get; init; } = "none";

    /// <summary>Heap of kv in MiB, or null for the workload's own.</summary>
    public int? HeapMib { get; init; }

    /// <summary>Part of the heap that kv works with, 0 to 1, or null.</summary>
    public double? Touch { get; init; }

    /// <summary>How many programs resume from one image; 1: the program moves.</summary>
    public int Children { get; init; } = 1;

    /// <summary>loopback, emulated, or auto: emulated where that can be done, else loopback if nothing is asked of the link.</summary>
    public string LinkKind { get; init; } = LinkKinds.Auto;

    public LinkSettings Link { get; init; } = new();

    public int Repetition { get; init; } = 1;

    /// <summary>The program's whole command line.</summary>
    public IReadOnlyList<string> ProgramArguments()
    {
        Workload workload = Bench.Workload.Named(Workload);
        List<string> arguments = Arguments is null
            ? [.. IsSmall ? workload.TestArgs : workload.MoveArgs ?? workload.Args]
            : [.. Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Add(arguments, workload, "--heap-mib", HeapMib);
        Add(arguments, workload, "--touch", Touch);
        return arguments;
    }

    /// <summary>In a few words, for progress and errors.</summary>
    public override string ToString() => string.Join(
        ", ",
        new[]
        {
            Method == Methods.Migrate ? null : Method, Workload, HeapMib is null ? null : $"{HeapMib} MiB",
            Touch is null ? null : $"touch {Touch.Value.ToString(CultureInfo.InvariantCulture)}",
            Granularity, EagerMemory ? $"{Mode} memory first" : Mode, Prefetch == "none" ? null : Prefetch, Compression == "none" ? null : Compression,
            Children == 1 ? null : $"{Children} children", Transport, Streams == 1 ? null : $"{Streams} streams", Engine, Warm ? "warm" : null,
            Link.IsClean ? null : Link.ToString(),
        }.Where(t => t is not null));

    private static void Add<T>(List<string> arguments, Workload workload, string option, T? value)
        where T : struct
    {
        if (value is null)
        {
            return;
        }

        if (workload.Name != "kv")
        {
            throw new HarnessException($"{option} is an option of the workload kv, not of {workload.Name}");
        }

        int at = arguments.IndexOf(option);
        if (at >= 0)
        {
            arguments.RemoveRange(at, 2);
        }

        arguments.AddRange([option, FormattableString.Invariant($"{value}")]);
    }
}
