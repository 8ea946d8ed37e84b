using QuicWasm.Interpreter;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>Options and modules that the tests begin with.</summary>
internal static class Runtimes
{
    /// <summary>The interpreter with little memory, and a host module "host" with a function "add".</summary>
    public static Configure Options { get; } = new()
    {
        Engine = c => new InterpreterEngine(c),
        MaxMemoryBytes = 4 << 20,
        MaxStackBytes = 1 << 18,
        HostModules = [_ => new FakeHostModule("host").With("add", Add)],
    };

    /// <summary>A runtime of these options, changed.</summary>
    public static RuntimeContext New(Func<Configure, Configure>? change = null) => new(change?.Invoke(Options) ?? Options);

    /// <summary>Instantiates a program under its own name.</summary>
    public static ModuleInstance Load(this RuntimeContext context, string program) => context.Instantiate(TestPrograms.Load(program), program);

    public static HostOutcome Add(in HostCall call)
    {
        call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
        return HostOutcome.Completed;
    }
}
