using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.State;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>The examples of docs/embedding.md: what stands between a name and its end there is quoted word for word, and runs here.</summary>
public sealed class EmbeddingExamples
{
    private static readonly byte[] Calls = TestPrograms.Binary("calls");

    private static readonly byte[] Work = TestPrograms.Binary("host");

    [Fact]
    public void Calling_exports()
    {
        byte[] binary = Calls;
        // <call>
        using var context = new RuntimeContext(new Configure { Engine = c => new InterpreterEngine(c) });
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(binary));

        int fib = instance.Call<int>("fib", 20);
        (double first, long second) = instance.Call<(double, long)>("swap", 7L, 1.5);

        Func<long, long> factorial = instance.GetFunction<Func<long, long>>("fac");
        long product = factorial(10);
        // </call>
        Assert.Equal((6765, 1.5, 7, 3_628_800), (fib, first, second, product));
    }

    [Fact]
    public void Offering_functions()
    {
        byte[] binary = Work;
        // <host>
        var log = new List<string>();
        var configure = new Configure
        {
            Engine = c => new InterpreterEngine(c),
            HostModules =
            [
                _ => new HostModule("host")
                    .Define("wait", (int number, long nanoseconds) => number + (int)nanoseconds)
                    .Define("back", (HostCaller caller, int value) =>
                    {
                        log.Add($"back({value}), with {caller.Memory.PageCount} pages");
                        return value * 2;
                    }),
            ],
        };
        using var context = new RuntimeContext(configure);
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(binary));
        int sum = instance.Call<int>("back_then_count", 3);
        // </host>
        Assert.Equal(9, sum);
        Assert.Equal(["back(3), with 1 pages"], log);
        Assert.Equal(26, instance.Call<int>("waits", 20));
    }

    [Fact]
    public void Working_on_memory()
    {
        using RuntimeContext context = Host();
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(Work));
        // <memory>
        MemoryInstance memory = instance.Memory("memory");
        int length = memory.WriteText(1024, "grüezi");
        memory.Write(2048, 0x1234_5678);
        string text = memory.ReadText(1024, (ulong)length);
        byte low = memory.Read<byte>(2048);
        Span<byte> bytes = memory.Span(1024, 16);
        // </memory>
        Assert.Equal(("grüezi", 0x78, (byte)'g'), (text, low, bytes[0]));
    }

    [Fact]
    public void Setting_limits()
    {
        byte[] binary = Work;
        using RuntimeContext host = Host();
        // <limits>
        Configure limited = host.Configure with { MaxMemoryBytes = 1 << 20, MaxStackBytes = 1 << 18 };
        using var context = new RuntimeContext(limited);
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(binary));
        context.Interruption.LimitFuel(10_000);
        string outcome;
        try
        {
            outcome = $"{instance.Call<int>("count", 1_000_000)}";
        }
        catch (TrapException e) when (e.Kind == TrapKind.OutOfFuel)
        {
            outcome = $"{e.Message} in {e.Trace[0].Function}";
        }
        // </limits>
        Assert.Equal("out of fuel in count", outcome);
    }

    [Fact]
    public void Freezing_and_resuming()
    {
        byte[] binary = Work;
        string file = Path.GetTempFileName();
        using RuntimeContext host = Host();
        Configure configure = host.Configure;
        // <freeze>
        var here = new RuntimeContext(configure);
        ModuleInstance instance = here.Instantiate(ModuleLoader.Load(binary));
        using var program = new RunningProgram(here, new PendingCall(instance.Function("count").Address, [1_000_000]));
        here.Interruption.RequestAfter(1000);
        ProgramStatus status = program.Run();
        using (FrozenImage image = ProgramCapture.Capture(program))
        {
            ImageFile.Write(image, file);
        }

        using ImageFileSource source = ImageFile.Open(file);
        using RunningProgram there = ImageTransfer.Restore(source, configure);
        there.Run();
        ulong count = there.LastResults.Span[0];
        // </freeze>
        Assert.Equal((ProgramOutcome.Suspended, 1_000_000UL), (status.Outcome, count));
        File.Delete(file);
    }

    private static RuntimeContext Host() => new(new Configure
    {
        Engine = c => new InterpreterEngine(c),
        HostModules = [_ => new HostModule("host").Define("wait", (int number, long _) => number).Define("back", (int value) => value)],
    });
}
