using System.Text;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Wasi;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Language runtimes that nobody here wrote, frozen and resumed in the middle of a script.</summary>
public sealed class RealProgramTests
{
    private const int Moves = 12;

    private const string RubyScript = """
        def factorial(n) = n < 2 ? 1 : n * factorial(n - 1)
        numbers = (1..3000).map { |i| (i * 7919) % 10007 }
        puts numbers.sort.first(5).inspect, numbers.sort_by { |x| -x }.first(3).inspect
        puts factorial(60), (2**200).to_s(36)
        puts "The quick brown fox".scan(/\w+/).map(&:upcase).join(","), ("2026-11-21" =~ /(\d+)-(\d+)/ ? $2 : "no")
        begin
          Integer("x1")
        rescue ArgumentError => e
          puts "rescued #{e.message}"
        ensure
          puts "ensured"
        end
        counts = Hash.new(0)
        20000.times { |i| counts[(i * i) % 97] += 1 }
        puts counts.sort.first(4).inspect
        catch(:done) { 10.times { |i| throw :done if i == 3 } }
        $stdout.flush
        """;

    private const string RubyOutput = """
        [7, 8, 9, 17, 18]
        [10006, 10005, 9997]
        8320987112741390144276341183223364380754172606361245952449277696409600000000000000
        bnklg118comha6gqury14067gur54n8won6guf4
        THE,QUICK,BROWN,FOX
        11
        rescued invalid value for Integer(): "x1"
        ensured
        [[0, 207], [1, 413], [2, 413], [3, 413]]
        """;

    private const string JavaScript = """
        function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
        const words = "the quick brown fox jumps over the lazy dog".split(/\s+/);
        const counts = new Map();
        for (let i = 0; i < 20000; i++) { const k = (i * i) % 97; counts.set(k, (counts.get(k) ?? 0) + 1); }
        let caught = "";
        try { null.x; } catch (e) { caught = e.constructor.name; }
        JSON.stringify({ fib: fib(18), big: (2n ** 100n).toString(), sorted: words.toSorted(), zero: counts.get(0), caught });
        """;

    private const string JavaScriptResult =
        """{"fib":2584,"big":"1267650600228229401496703205376","sorted":["brown","dog","fox","jumps","lazy","over","quick","the","the"],"zero":207,"caught":"TypeError"}""";

    [Fact]
    public void Ruby_frozen_and_resumed_in_the_middle_of_a_script_prints_the_same()
    {
        string file = NpmPackage.File("@ruby/3.4-wasm-wasi@2.10.1", "dist/ruby+stdlib.wasm");
        ValidatedModule module = ModuleLoader.Load(File.ReadAllBytes(file));
        (string unmoved, long safePoints) = RunRuby(module, long.MaxValue);
        Assert.Equal(RubyOutput + "\n", unmoved);

        (string moved, long moves) = RunRuby(module, safePoints / (Moves + 1));

        Assert.Equal(unmoved, moved);
        Assert.InRange(moves, Moves, Moves + 1);
    }

    [Fact]
    public void QuickJS_frozen_and_resumed_in_the_middle_of_a_script_gives_the_same()
    {
        string file = NpmPackage.File("quickjs-wasi@3.6.2", "quickjs.wasm");
        ValidatedModule module = ModuleLoader.Load(File.ReadAllBytes(file));
        (string unmoved, long safePoints) = RunJavaScript(module, long.MaxValue);
        Assert.Equal(JavaScriptResult, unmoved);

        (string moved, long moves) = RunJavaScript(module, safePoints / (Moves + 1));

        Assert.Equal(unmoved, moved);
        Assert.InRange(moves, Moves, Moves + 1);
    }

    // The interface of ruby.wasm: canonical ABI of an early component model; strings are address and length.
    private static (string Output, long Count) RunRuby(ValidatedModule module, long step)
    {
        using var output = new MemoryStream();
        Configure configure = Configuration(output, new StubModule("rb-js-abi-host", traps: true), new StubModule("canonical_abi", traps: false));
        var context = new RuntimeContext(configure);
        ModuleInstance instance = context.Instantiate(module);
        var heap = new GuestHeap(context, instance, length => [0, 0, 1, length], "cabi_realloc");
        heap.Call("_initialize");
        (uint Address, uint Length)[] arguments = [.. new[] { "ruby.wasm\0", "-EUTF-8\0", "-e_=0\0" }.Select(heap.Put)];
        byte[] list = [.. arguments.SelectMany(a => BitConverter.GetBytes(a.Address).Concat(BitConverter.GetBytes(a.Length)))];
        heap.Call("ruby-init: func(args: list<string>) -> ()", heap.Put(list), (ulong)arguments.Length);
        heap.Call("ruby-init-loadpath: func() -> ()");
        (uint address, uint length) = heap.Put(RubyScript);
        FunctionInstance evaluate = instance.Function("rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>");

        using RunningProgram program = RunMoving(
            new RunningProgram(context, new PendingCall(evaluate.Address, [address, length])), configure, step, out long count);
        ReadOnlySpan<byte> result = program.Context.Store.Memories[0].Span(program.LastResults.Span[0], 8);
        Assert.Equal(0, BitConverter.ToInt32(result[4..]));
        return (Encoding.UTF8.GetString(output.ToArray()), count);
    }

    private static (string Result, long Count) RunJavaScript(ValidatedModule module, long step)
    {
        using var output = new MemoryStream();
        Configure configure = Configuration(output, new StubModule("env", traps: false));
        var context = new RuntimeContext(configure);
        ModuleInstance instance = context.Instantiate(module);
        var heap = new GuestHeap(context, instance, length => [length], "wasm_malloc");
        heap.Call("_initialize");
        Assert.Equal(0u, heap.Call("qjs_init"));
        (uint code, uint length) = heap.Put(JavaScript);
        (uint name, _) = heap.Put("script.js");
        FunctionInstance evaluate = instance.Function("qjs_eval");

        using RunningProgram program = RunMoving(
            new RunningProgram(context, new PendingCall(evaluate.Address, [code, length, name, 0])), configure, step, out long count);
        ModuleInstance moved = program.Context.Store.Modules[instance.Address];
        heap = new GuestHeap(program.Context, moved, bytes => [bytes], "wasm_malloc");
        uint lengthAddress = heap.Put(new byte[4]);
        ulong text = heap.Call("qjs_get_string_len", program.LastResults.Span[0], lengthAddress);
        uint textLength = BitConverter.ToUInt32(moved.Memories[0].Span(lengthAddress, 4));
        return (Encoding.UTF8.GetString(moved.Memories[0].Span(text, textLength)), count);
    }

    // Without a move, the count is that of safe points; else that of moves.
    private static RunningProgram RunMoving(RunningProgram program, Configure configure, long step, out long count)
    {
        count = 0;
        program.Context.Interruption.RequestAfter(step);
        while (program.Run().Outcome == ProgramOutcome.Suspended)
        {
            using FrozenImage image = ProgramCapture.Capture(program);
            program = ImageTransfer.Restore(image, configure with { Engine = EngineRotation.At((int)count + 1) });
            program.Context.Interruption.RequestAfter(step);
            count++;
        }

        count = step == long.MaxValue ? long.MaxValue - program.Context.Interruption.Countdown : count;
        program.Context.Interruption.Clear();
        return program;
    }

    private static Configure Configuration(MemoryStream output, params StubModule[] stubs) => new()
    {
        Engine = EngineRotation.At(0),
        HostModules =
        [
            _ => new WasiModule(new WasiOptions { Stdout = WasiStandardStream.FromStream(output), RandomSeed = 1 }),
            .. stubs.Select(stub => (Func<RuntimeContext, IHostModule>)(_ => stub)),
        ],
    };
}
