using System.CommandLine;
using QuicWasm.Migration;
using QuicWasm.Runtime;

namespace QuicWasm.Cli;

/// <summary>Options that several commands share: made anew for each command.</summary>
internal static class CommonOptions
{
    /// <summary>Name of the argument that holds the program's own arguments.</summary>
    public const string GuestArgumentsName = "arguments";

    public static Option<string> Allocation() => Choice("--allocation", "Where instance memory comes from", "system", "pool");

    public static Option<int> PoolMib() => new("--pool-mib")
    {
        Description = "Address space of the memory pool in MiB, for --allocation pool",
        DefaultValueFactory = _ => 16 * 1024,
    };

    public static Option<string?> Listen() => new("--listen")
    {
        Description = "Lets running nodes freeze the program and fetch its image: an endpoint such as tcp:127.0.0.1:7000 (port 0: any)",
    };

    public static Option<string?> Report() => new("--report")
    {
        Description = "Writes times and counts of the migration to a file, as one JSON object",
    };

    public static Option<string> Engine() => Choice(
        "--engine", "What runs the program: tiered starts in the interpreter and compiles what runs often, compiler compiles everything at its first call, unfreezable is tiered without safe points (a measure of their cost: such a program may not stop when asked to)", Engines.Names);

    public static Option<string> Granularity() =>
        Choice("--granularity", "How much is copied at a time", [.. CopyGranularity.All.Select(g => g.Name)]);

    public static Option<string> Mode() => Choice("--mode", "no-cow: copy everything, then run; cow: run, and fetch what is touched", "no-cow", "cow");

    public static Option<string> Compression() => Choice(
        "--compression", "How granules are compressed on their way; auto measures the link and decides", "none", "lz4", "zstd", "auto");

    /// <summary>An option with a closed list of values, the first of which is the default.</summary>
    public static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>Reads the value of --allocation.</summary>
    public static MemoryAllocation AllocationOf(string name, int poolMib) =>
        name == "pool" ? new MemoryAllocation.FromPool((ulong)poolMib << 20) : new MemoryAllocation.FromSystem();
}
