using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Wasi;

namespace QuicWasm.Bench;

/// <summary>Programs for the suites of <see cref="MicroCommand"/>.</summary>
internal static class MicroPrograms
{
    private const long FirstSafePoint = 100_000;

    /// <summary>
    /// Three exports: <c>add</c> of two i32; <c>loop</c>, which adds up the numbers to its argument; <c>calls</c>, the same through <c>add</c>.
    /// </summary>
    public static byte[] Arithmetic { get; } =
    [
        0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        1, 0x0c, 2, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7f,
        3, 4, 3, 0, 1, 1,
        7, 0x16, 3, 3, (byte)'a', (byte)'d', (byte)'d', 0, 0, 4, (byte)'l', (byte)'o', (byte)'o', (byte)'p', 0, 1,
        5, (byte)'c', (byte)'a', (byte)'l', (byte)'l', (byte)'s', 0, 2,
        0x0a, 0x3e, 3,
        7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b,
        0x19, 1, 1, 0x7f, 0x03, 0x40, 0x20, 1, 0x20, 0, 0x6a, 0x21, 1, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0b,
        0x1a, 1, 1, 0x7f, 0x03, 0x40, 0x20, 1, 0x20, 0, 0x10, 0, 0x21, 1, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0b,
    ];

    /// <summary>One export, <c>deep</c>: calls itself as often as its argument says, and then goes round in a loop for ever.</summary>
    public static byte[] Recursion { get; } =
    [
        0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f,
        3, 2, 1, 0,
        7, 8, 1, 4, (byte)'d', (byte)'e', (byte)'e', (byte)'p', 0, 0,
        0x0a, 0x19, 1, 0x17, 0,
        0x20, 0, 0x45, 0x04, 0x40, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x41, 1, 0x6a, 0x0b,
    ];

    /// <summary>The binary of the key-value store.</summary>
    public static byte[] Store() => File.ReadAllBytes(Path.Combine(Repository.Workloads, "kv", "kv.wasm"));

    /// <summary>An engine by the name that the command line gives it.</summary>
    public static IEngine Engine(string name, RuntimeContext context) => name switch
    {
        "interpreter" => new InterpreterEngine(context),
        "compiler" => new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager),
        _ => new CompilerEngine(context, c => new InterpreterEngine(c)),
    };

    /// <summary>What a program needs to run.</summary>
    /// <param name="heapMib">Heap of the key-value store in MiB.</param>
    public static Configure Configure(int heapMib) => new()
    {
        Engine = context => new InterpreterEngine(context),
        HostModules =
        [
            _ => new WasiModule(new WasiOptions
            {
                Arguments = ["kv", "--heap-mib", $"{heapMib}"],
                Stdin = WasiStandardStream.Null,
                Stdout = WasiStandardStream.Null,
            }),
        ],
    };

    /// <summary>The key-value store, suspended while it fills its heap of so many MiB.</summary>
    public static RunningProgram Suspended(int heapMib)
    {
        var context = new RuntimeContext(Configure(heapMib));
        ModuleInstance main = context.Instantiate(Modules.ModuleLoader.Load(Store()));
        var program = new RunningProgram(context, new PendingCall(main.Function("_start").Address));
        context.Interruption.RequestAfter(FirstSafePoint * heapMib);
        ProgramStatus status = program.Run();
        return status.Outcome == ProgramOutcome.Suspended ? program : throw new HarnessException($"kv with {heapMib} MiB ended before it was suspended");
    }
}
