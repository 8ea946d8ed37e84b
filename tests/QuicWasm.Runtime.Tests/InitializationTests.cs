using QuicWasm.Interpreter;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

public sealed class InitializationTests
{
    public static readonly string[] InstantiationSteps =
        ["module", "imports", "functions", "tables", "memories", "tags", "globals", "elements", "datas", "exports"];

    private static readonly string[] ContextSteps = ["memory source", "cells", "interruption", "store", "engine", "host module", "host module"];

    public static TheoryData<int> ContextStepNumbers() => [.. Enumerable.Range(0, ContextSteps.Length)];

    public static TheoryData<string> InstantiationStepNames() => [.. InstantiationSteps];

    [Fact]
    public void Steps_are_taken_in_a_fixed_order()
    {
        var steps = new List<string>();
        using RuntimeContext context = Runtimes.New(o => o with { OnInitializationStep = steps.Add, HostModules = [o.HostModules[0], o.HostModules[0]] });
        Assert.Equal(ContextSteps, steps);
        steps.Clear();
        context.Load("storage");
        Assert.Equal(InstantiationSteps, steps);
    }

    [Theory]
    [MemberData(nameof(ContextStepNumbers))]
    public void When_a_step_of_a_runtime_fails_the_earlier_ones_are_undone_in_reverse_order(int failing)
    {
        var allocator = new CountingAllocator();
        var events = new List<string>();
        int step = 0;
        Configure options = Recorded(allocator, events) with { OnInitializationStep = _ => Fail(step++ == failing) };
        Assert.Throws<InvalidOperationException>(() => new RuntimeContext(options));
        string[] made = [.. new[] { "engine", "first", "second" }.Take(Math.Max(0, failing - 4))];
        Assert.Equal([.. made.Select(m => "+" + m), .. made.Reverse().Select(m => "-" + m)], events);
        Assert.Equal(0, allocator.Outstanding);
    }

    [Fact]
    public void The_end_of_a_runtime_undoes_its_steps_once_in_reverse_order()
    {
        var allocator = new CountingAllocator();
        var events = new List<string>();
        var context = new RuntimeContext(Recorded(allocator, events));
        Assert.Equal(["+engine", "+first", "+second"], events);
        events.Clear();
        context.Dispose();
        context.Dispose();
        Assert.Equal(["-second", "-first", "-engine"], events);
        Assert.Equal(0, allocator.Outstanding);
    }

    [Fact]
    public void A_factory_that_throws_makes_no_runtime_and_its_error_is_the_one_seen()
    {
        var allocator = new CountingAllocator();
        var events = new List<string>();
        Configure options = Recorded(allocator, events);
        options = options with { HostModules = [.. options.HostModules, _ => throw new NotSupportedException("not here")] };
        Assert.Equal("not here", Assert.Throws<NotSupportedException>(() => new RuntimeContext(options)).Message);
        Assert.Equal(["+engine", "+first", "+second", "-second", "-first", "-engine"], events);
        Assert.Equal(0, allocator.Outstanding);
    }

    [Fact]
    public void An_undo_that_fails_does_not_keep_the_others_from_being_undone()
    {
        var allocator = new CountingAllocator();
        var events = new List<string>();
        Configure options = Recorded(allocator, events);
        Func<RuntimeContext, IHostModule> stubborn = _ => new FakeHostModule("stubborn") { OnDispose = () => throw new IOException("will not close") };
        Configure failing = options with { HostModules = [.. options.HostModules, stubborn, _ => throw new NotSupportedException("not here")] };
        var error = Assert.Throws<NotSupportedException>(() => new RuntimeContext(failing));
        Assert.IsType<IOException>(error.Data["undo"]);
        Assert.Equal(["+engine", "+first", "+second", "-second", "-first", "-engine"], events);
        Assert.Equal(0, allocator.Outstanding);

        var context = new RuntimeContext(options with { HostModules = [.. options.HostModules, stubborn] });
        Assert.Throws<IOException>(context.Dispose);
        Assert.Equal(0, allocator.Outstanding);
    }

    [Theory]
    [MemberData(nameof(InstantiationStepNames))]
    public void When_a_step_of_an_instantiation_fails_nothing_of_it_remains(string failing)
    {
        string current = "";
        using RuntimeContext context = Runtimes.New(o => o with { OnInitializationStep = s => FailAt(s, current) });
        ModuleInstance first = context.Load("storage");
        StoreMark before = context.Store.Mark();
        int ranges = context.MemorySource.RangesInUse;
        current = failing;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(failing, Assert.Throws<InvalidOperationException>(() => context.Instantiate(TestPrograms.Load("storage"), "other")).Message);
            Assert.Equal(before, context.Store.Mark());
            Assert.Equal(ranges, context.MemorySource.RangesInUse);
            Assert.DoesNotContain("other", context.Registered.Keys);
        }

        current = "";
        Assert.Equal(41UL, Assert.Single(context.Call(first, "next")));
        ModuleInstance second = context.Load("storage");
        Assert.Equal(41UL, Assert.Single(context.Call(second, "next")));
        Assert.Equal(5, context.CallI32(second, "sum", 2, 3));
    }

    [Fact]
    public void Cells_of_instantiations_that_failed_are_used_again()
    {
        string current = "";
        using RuntimeContext context = Runtimes.New(o => o with { OnInitializationStep = s => FailAt(s, current) });
        context.Load("storage");
        int ranges = context.MemorySource.RangesInUse;
        current = "exports";
        for (int i = 0; i < 2000; i++)
        {
            Assert.Throws<InvalidOperationException>(() => context.Load("storage"));
        }

        current = "";
        context.Load("storage");
        Assert.Equal(ranges + 1, context.MemorySource.RangesInUse);
    }

    [Fact]
    public void A_segment_that_does_not_fit_traps_and_what_was_written_before_remains()
    {
        using RuntimeContext context = Runtimes.New();
        var trap = Assert.Throws<TrapException>(() => context.Load("bad_segment"));
        Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, trap.Kind);
        Assert.Equal("written"u8, Assert.Single(context.Store.Memories).Span(0, 7));
        Assert.DoesNotContain("bad_segment", context.Registered.Keys);
    }

    [Fact]
    public void A_start_function_runs_once_and_only_when_it_is_asked_for()
    {
        using RuntimeContext context = Runtimes.New();
        Assert.Equal(190UL, context.Load("start").Global("sum").Low);
        Assert.Equal(0UL, context.Instantiate(TestPrograms.Load("start"), runStart: false).Global("sum").Low);
    }

    [Fact]
    public void A_suspension_that_is_asked_for_during_a_start_function_waits_until_it_is_over()
    {
        using RuntimeContext context = Runtimes.New();
        context.Interruption.Request();
        ModuleInstance start = context.Load("start");
        Assert.Equal(190UL, start.Global("sum").Low);
        Assert.True(context.Interruption.IsRequested);
        Assert.True(context.Begin(start, "main", [], out _).IsSuspended);
    }

    [Fact]
    public void A_suspension_that_is_asked_for_is_not_forgotten_when_the_start_function_traps()
    {
        using RuntimeContext context = Runtimes.New();
        context.Interruption.Request();
        Assert.Equal(TrapKind.Unreachable, Assert.Throws<TrapException>(() => context.Load("bad_start")).Kind);
        Assert.True(context.Interruption.IsRequested);
    }

    /// <summary>Fails where the step is the one that is to fail.</summary>
    internal static void FailAt(string step, string failing)
    {
        if (step == failing)
        {
            throw new InvalidOperationException(failing);
        }
    }

    private static void Fail(bool really) => FailAt("step", really ? "step" : "");

    private static Configure Recorded(CountingAllocator allocator, List<string> events) => Runtimes.Options with
    {
        Allocation = allocator.Allocation,
        Engine = c => new RecordedEngine(new InterpreterEngine(c), events),
        HostModules = [_ => Module("first", events), _ => Module("second", events)],
    };

    private static FakeHostModule Module(string name, List<string> events)
    {
        events.Add("+" + name);
        return new FakeHostModule(name) { OnDispose = () => events.Add("-" + name) };
    }

    private sealed class RecordedEngine : IEngine
    {
        private readonly IEngine _engine;
        private readonly List<string> _events;

        public RecordedEngine(IEngine engine, List<string> events)
        {
            _engine = engine;
            _events = events;
            events.Add("+engine");
        }

        public string Name => _engine.Name;

        public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results) =>
            _engine.Invoke(function, arguments, results);

        public ExecutionOutcome Resume(CallStack stack, Span<ulong> results) => _engine.Resume(stack, results);

        public void Dispose()
        {
            _events.Add("-engine");
            _engine.Dispose();
        }
    }
}
