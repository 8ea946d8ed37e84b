using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Capture and resume.
public abstract partial class EngineConformance
{
    [Theory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void A_capture_at_any_safe_point_resumes_in_the_same_runtime(string name)
    {
        var scenario = Scenario.Named(name);
        (ulong[] expected, string state) = RunThrough(scenario);
        long safePoints = SafePointsOf(scenario);
        Assert.InRange(safePoints, 3, 2000);
        for (long n = 1; n <= safePoints; n++)
        {
            using RuntimeContext context = NewContext();
            ExecutionOutcome outcome = SuspendAt(n, scenario, context, out ulong[] results);
            Assert.False(context.ClearAndResume(outcome, results).IsSuspended);
            Assert.Equal(expected, results);
            Assert.Equal(state, ProgramState.Describe(context.Store));
        }
    }

    [Theory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void A_capture_at_any_safe_point_resumes_in_another_runtime_with_the_same_modules(string name)
    {
        var scenario = Scenario.Named(name);
        (ulong[] expected, string state) = RunThrough(scenario);
        long safePoints = SafePointsOf(scenario);
        for (long n = 1; n <= safePoints; n++)
        {
            using RuntimeContext source = NewContext();
            ExecutionOutcome outcome = SuspendAt(n, scenario, source, out _);
            using RuntimeContext target = new(Options(CreateOtherEngine, null));
            scenario.Instantiate(target);
            ProgramState.Copy(source.Store, target.Store);
            ulong[] results = new ulong[expected.Length];
            Assert.False(target.Resume(outcome.Stack!, results).IsSuspended);
            Assert.Equal(expected, results);
            Assert.Equal(state, ProgramState.Describe(target.Store));
        }
    }

    [Theory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void A_program_that_is_captured_at_every_safe_point_one_after_the_other_still_finishes(string name)
    {
        var scenario = Scenario.Named(name);
        (ulong[] expected, string state) = RunThrough(scenario);
        long safePoints = SafePointsOf(scenario);
        using RuntimeContext context = NewContext();
        ExecutionOutcome outcome = SuspendAt(1, scenario, context, out ulong[] results);
        long captures = 1;
        for (; outcome.IsSuspended && captures <= safePoints; captures++)
        {
            context.Interruption.Clear();
            context.Interruption.RequestAfter(1);
            outcome = context.Resume(outcome.Stack!, results);
        }

        Assert.False(outcome.IsSuspended, "a resume made no progress");
        Assert.Equal(safePoints, captures - 1);
        Assert.Equal(expected, results);
        Assert.Equal(state, ProgramState.Describe(context.Store));
    }

    [Theory]
    [MemberData(nameof(Scenario.Names), MemberType = typeof(Scenario))]
    public void A_stack_can_be_resumed_twice_because_resuming_does_not_change_it(string name)
    {
        var scenario = Scenario.Named(name);
        (ulong[] expected, _) = RunThrough(scenario);
        long safePoints = SafePointsOf(scenario);
        using RuntimeContext source = NewContext();
        ExecutionOutcome outcome = SuspendAt((safePoints / 2) + 1, scenario, source, out _);
        for (int i = 0; i < 2; i++)
        {
            using RuntimeContext target = NewContext();
            scenario.Instantiate(target);
            ProgramState.Copy(source.Store, target.Store);
            ulong[] results = new ulong[expected.Length];
            target.Resume(outcome.Stack!, results);
            Assert.Equal(expected, results);
        }
    }

    [Fact]
    public void Frames_hold_locals_operands_and_pcs_as_the_format_says()
    {
        CallStack stack = StackInsideTheLoop(remaining: 3);
        Assert.Equal(2, stack.Frames.Length);
        Frame outer = stack.Frames[0];
        Frame inner = stack.Frames[1];
        ValidatedModule module = TestPrograms.Load("frames");
        Assert.Equal([0, 1], [inner.FunctionAddress, outer.FunctionAddress]);
        Assert.Equal([BitConverter.DoubleToUInt64Bits(1.5), Reference.Null], outer.Locals.Skip(2));
        Assert.All(outer.Locals.Take(2).Zip([5UL, 11UL]), l => Assert.True(l.First == l.Second || l.First == 0, "a local that is not read again is kept, or is 0"));
        Assert.Equal([11UL, 7UL], outer.Operands);
        Assert.True(ResumePoints.Of(module, 1).Find(outer.Pc)!.Kinds.HasFlag(ResumePointKinds.AfterCall));
        Assert.Equal([3UL, 9UL], inner.Locals);
        Assert.Empty(inner.Operands);
        Assert.True(ResumePoints.Of(module, 0).Find(inner.Pc)!.Kinds.HasFlag(ResumePointKinds.LoopHeader));
    }

    [Fact]
    public void A_frame_that_was_changed_by_hand_goes_on_with_what_it_says()
    {
        CallStack stack = StackInsideTheLoop(remaining: 3);
        Frame inner = stack.Frames[1];
        CallStack changed = new([stack.Frames[0], inner with { Locals = [2, 100] }]);
        using RuntimeContext context = NewContext();
        Load(context, "frames");
        ulong[] results = new ulong[1];
        Assert.False(context.Resume(changed, results).IsSuspended);
        Assert.Equal(11UL + (7UL * 103) + 1, results[0]);
    }

    [Fact]
    public void A_top_frame_after_a_call_takes_the_results_from_its_operands()
    {
        CallStack stack = StackInsideTheLoop(remaining: 3);
        Frame outer = stack.Frames[0];
        using RuntimeContext context = NewContext();
        Load(context, "frames");
        ulong[] results = new ulong[1];
        context.Resume(new CallStack([outer with { Operands = [11, 7, 20] }]), results);
        Assert.Equal(11UL + (7UL * 20) + 1, results[0]);
    }

    [Fact]
    public void A_stack_deeper_than_the_limit_traps()
    {
        using RuntimeContext source = NewContext();
        ModuleInstance traps = Load(source, "traps");
        source.Interruption.RequestAfter(2000);
        ExecutionOutcome outcome = source.Begin(traps, "endless_recursion", [0], out ulong[] results);
        Assert.Equal(2000, outcome.Stack!.Frames.Length);
        using RuntimeContext target = new(Options(CreateEngine, null) with { MaxStackBytes = 1 << 16 });
        Load(target, "traps");
        Assert.Equal(TrapKind.CallStackExhausted, Assert.Throws<TrapException>(() => target.Resume(outcome.Stack!, results)).Kind);
    }

    private static ExecutionOutcome SuspendAt(long safePoint, Scenario scenario, RuntimeContext context, out ulong[] results)
    {
        ModuleInstance instance = scenario.Instantiate(context);
        context.Interruption.RequestAfter(safePoint);
        ExecutionOutcome outcome = scenario.Begin(context, instance, out results);
        Assert.True(outcome.IsSuspended, $"safe point {safePoint} was not reached");
        StackVerifier.Verify(context.Store, outcome.Stack!);
        return outcome;
    }

    // The stack of frames.wat when the inner loop is about to go round with this counter.
    private CallStack StackInsideTheLoop(ulong remaining)
    {
        var scenario = Scenario.Named("locals of every kind across a call");
        for (long n = 1; ; n++)
        {
            using RuntimeContext context = NewContext();
            CallStack stack = SuspendAt(n, scenario, context, out _).Stack!;
            if (stack.Frames[^1] is { FunctionAddress: 0 } inner && inner.Locals[0] == remaining)
            {
                return stack;
            }
        }
    }
}
