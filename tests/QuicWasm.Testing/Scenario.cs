using System.Collections.Immutable;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

/// <summary>A small program with its input, to be captured anywhere and resumed anywhere.</summary>
/// <param name="Name">What it exercises.</param>
/// <param name="Modules">Programs, instantiated in this order under their own names; the last one is called. Start functions are not run.</param>
/// <param name="Export">The function that is called.</param>
/// <param name="Arguments">Its arguments, in slots.</param>
public sealed record Scenario(string Name, ImmutableArray<string> Modules, string Export, params ImmutableArray<ulong> Arguments)
{
    /// <summary>All scenarios: recursion, loops with parameters, br_table, call_indirect, two instances, a start function, host calls.</summary>
    public static ImmutableArray<Scenario> All { get; } =
    [
        new("recursion", ["calls"], "fib", 7),
        new("recursion with operands below", ["calls"], "fac", 12),
        new("loops with parameters", ["loops"], "sum", 9),
        new("nested loops over memory", ["loops"], "triangle", 5),
        new("br_table to blocks and loops", ["loops"], "machine", 24),
        new("br_table with values", ["loops"], "picks", 5),
        new("indirect calls of functions and the host", ["indirect"], "run", 13),
        new("two instances with memories of their own", ["library", "user"], "run", 4),
        new("a start function", ["start"], "main"),
        new("locals of every kind across a call", ["frames"], "outer", 5, 11),
        new("tail calls of every kind", ["tails_library", "tails"], "run", 7),
        new("a chain of tail calls with several results", ["tails_library", "tails"], "swap", 9, 1, 2),
        new("constant expressions that compute", ["constants"], "run", 3),
        new("several memories, one of another instance", ["library", "memories"], "run", 6),
        new("typed references in locals, globals and tables", ["references"], "run", 6),
        new("a memory and a table of 64-bit addresses", ["wide"], "run", 5),
        new("exceptions of every kind, kept and thrown again", ["exceptions"], "run", 8),
        new("loops that count", ["counted"], "run", 30),
        new("values that only operands keep", ["kept"], "run", 6),
        new("relaxed vectors", ["relaxed"], "run", 5),
    ];

    /// <summary>Names of all scenarios.</summary>
    public static TheoryData<string> Names => [.. All.Select(s => s.Name)];

    /// <summary>The scenario of that name.</summary>
    public static Scenario Named(string name) => All.Single(s => s.Name == name);

    /// <summary>Instantiates the modules; gives the one that is called.</summary>
    public ModuleInstance Instantiate(RuntimeContext context)
    {
        ModuleInstance? last = null;
        foreach (string module in Modules)
        {
            last = context.Instantiate(TestPrograms.Load(module), module, runStart: false);
        }

        return last!;
    }

    /// <summary>Begins the call.</summary>
    public ExecutionOutcome Begin(RuntimeContext context, ModuleInstance instance, out ulong[] results) =>
        context.Begin(instance, Export, Arguments.AsSpan(), out results);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
