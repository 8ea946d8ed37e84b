using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>Loops that ask once in many rounds: they end where they do in the interpreter, and stop at once where somebody asks.</summary>
public sealed class CountedLoopTests
{
    private const long Fuel = 1L << 40;

    /// <summary>An export of the program "counted", where its loop begins, and its bound.</summary>
    public static TheoryData<string, int, int> Loops => new()
    {
        { "up", 0, 3 },
        { "up", 5, 5 + (3 * 5000) },
        { "up", -6, 3 * 1025 },
        { "up_mirrored", -4096, 4096 },
        { "up_mirrored", 0, 4 * 1024 },
        { "down_to_zero", 1, 0 },
        { "down_to_zero", 2048, 0 },
        { "down_to_zero", 70_001, 0 },
        { "up_below", -10, -11 },
        { "up_below", -10_000, 10_001 },
        { "up_below", int.MinValue, int.MinValue + 20_002 },
        { "up_below_unsigned", 7, 3 },
        { "up_below_unsigned", int.MaxValue - 3000, int.MinValue + 3001 },
        { "down_above", 10, 11 },
        { "down_above", 30_000, -30_001 },
        { "down_above_unsigned", int.MinValue + 2000, int.MaxValue - 2000 },
        { "down_above_unsigned", 1, 5 },
        { "around", 0, 0x10000001 },
        { "around", 1, unchecked(0x10000001 * 40) + 1 },
        { "around", 9, unchecked(0x10000001 * 3000) + 9 },
        { "constant_bound", 0, 0 },
        { "constant_bound", -64, 0 },
        { "bound_moves", 0, 9000 },
        { "two_ways", 0, 1500 },
        { "two_ways", 0, 5000 },
        { "nested", 1, 3000 },
        { "nested", 2500, 40 },
    };

    [Theory]
    [MemberData(nameof(Loops))]
    public void A_counted_loop_ends_where_it_does_in_the_interpreter(string export, int from, int end)
    {
        (ulong Result, ulong Rounds) expected = Run(NewContext(isCompiled: false), export, from, end);
        Assert.Equal(expected, Run(NewContext(isCompiled: true), export, from, end));
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public void A_counted_loop_has_the_safe_points_that_it_has_in_the_interpreter(string export, int from, int end)
    {
        long safePoints = SafePoints(isCompiled: false, export, from, end);
        Assert.Equal(safePoints, SafePoints(isCompiled: true, export, from, end));
        (ulong Result, ulong Rounds) expected = Run(NewContext(isCompiled: false), export, from, end);
        foreach (long n in new[] { 1, (safePoints / 2) + 1, safePoints })
        {
            using RuntimeContext context = NewContext(isCompiled: true);
            ModuleInstance instance = context.Instantiate(TestPrograms.Load("counted"));
            context.Interruption.RequestAfter(n);
            ExecutionOutcome outcome = context.Begin(instance, export, [(uint)from, (uint)end], out ulong[] results);
            Assert.True(outcome.IsSuspended);
            Assert.False(context.ClearAndResume(outcome, results).IsSuspended);
            Assert.Equal(expected, (results[0], instance.Globals[0].Low));
        }
    }

    [Fact]
    public void A_request_that_comes_in_the_middle_stops_the_loop_and_it_goes_on_to_the_same_end()
    {
        const int rounds = 500_000_000;
        using RuntimeContext context = NewContext(isCompiled: true);
        ModuleInstance instance = context.Instantiate(TestPrograms.Load("counted"));
        var asker = new Thread(() =>
        {
            SpinWait.SpinUntil(() => instance.Globals[0].Low > 0);
            context.Interruption.Request();
        });
        asker.Start();
        ExecutionOutcome outcome = context.Begin(instance, "up", [0, 3U * rounds], out ulong[] results);
        asker.Join();
        Assert.True(outcome.IsSuspended);
        Frame frame = outcome.Stack!.Frames[^1];
        Assert.Equal(3 * instance.Globals[0].Low, frame.Locals[0]);
        Assert.InRange(instance.Globals[0].Low, 1UL, (ulong)rounds - 1);
        Assert.False(context.ClearAndResume(outcome, results).IsSuspended);
        Assert.Equal((3UL * rounds, (ulong)rounds), (results[0], instance.Globals[0].Low));
    }

    [Theory]
    [InlineData("up", 1)]
    [InlineData("up_mirrored", 1)]
    [InlineData("down_to_zero", 1)]
    [InlineData("up_below", 1)]
    [InlineData("up_below_unsigned", 1)]
    [InlineData("down_above", 1)]
    [InlineData("down_above_unsigned", 1)]
    [InlineData("around", 1)]
    [InlineData("constant_bound", 1)]
    [InlineData("bound_moves", 0)]
    [InlineData("two_ways", 0)]
    [InlineData("nested", 1)]
    public void A_loop_is_counted_only_where_its_end_can_be_foreseen(string export, int count)
    {
        ValidatedModule module = TestPrograms.Load("counted");
        int function = (int)module.Module.Exports.Single(e => e.Name == export).Index;
        IReadOnlyDictionary<int, CountedLoop> found = CountedLoopFinder.Find(module, function);
        Assert.Equal(count, found.Count);
        Assert.All(found.Values, l => Assert.InRange(l.Rounds, 100, 1024));
    }

    private static long SafePoints(bool isCompiled, string export, int from, int end)
    {
        RuntimeContext context = NewContext(isCompiled);
        context.Interruption.LimitFuel(Fuel);
        _ = Run(context, export, from, end);
        return Fuel - context.Interruption.FuelLeft!.Value;
    }

    private static (ulong Result, ulong Rounds) Run(RuntimeContext context, string export, int from, int end)
    {
        using (context)
        {
            ModuleInstance instance = context.Instantiate(TestPrograms.Load("counted"));
            Assert.False(context.Begin(instance, export, [(uint)from, (uint)end], out ulong[] results).IsSuspended);
            return (results[0], instance.Globals[0].Low);
        }
    }

    private static RuntimeContext NewContext(bool isCompiled) => new(new Configure
    {
        Engine = c => isCompiled ? new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager) : new InterpreterEngine(c),
    });
}
