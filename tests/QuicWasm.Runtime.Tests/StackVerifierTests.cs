using System.Collections.Immutable;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

/// <summary>A stack comes from a file or a peer: each kind of wrong frame is refused before an engine sees it.</summary>
public sealed class StackVerifierTests : IDisposable
{
    private readonly RuntimeContext _context = Runtimes.New();
    private readonly CallStack _good;

    public StackVerifierTests()
    {
        ModuleInstance frames = _context.Load("frames");
        _context.Load("calls");
        _context.Load("indirect");
        _context.Interruption.RequestAfter(3);
        _good = _context.Begin(frames, "outer", [5, 11], out _).Stack!;
        _context.Interruption.Clear();
    }

    private Frame Outer => _good.Frames[0];

    private Frame Inner => _good.Frames[1];

    public void Dispose() => _context.Dispose();

    [Fact]
    public void A_stack_of_an_engine_is_accepted() => StackVerifier.Verify(_context.Store, _good);

    [Fact]
    public void A_stack_without_frames_is_refused()
    {
        Assert.Contains("no frames", Refused(), StringComparison.Ordinal);
        Assert.Throws<StackException>(() => StackVerifier.Verify(_context.Store, new CallStack(default)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_function_address_outside_of_the_store_is_refused(int address) =>
        Assert.Contains($"frame 0 of the captured stack: function address {address}", Refused(Inner with { FunctionAddress = address }), StringComparison.Ordinal);

    [Fact]
    public void A_frame_of_a_host_function_is_refused()
    {
        int host = _context.Store.Functions.Single(f => f.Host is not null).Address;
        Assert.Contains("is not of a module's function", Refused(Outer, Inner with { FunctionAddress = host }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void A_pc_that_is_no_resume_point_is_refused(int pc) =>
        Assert.Contains($"frame 1 of the captured stack: pc {pc} is no resume point", Refused(Outer, Inner with { Pc = pc }), StringComparison.Ordinal);

    [Fact]
    public void Every_pc_but_the_resume_points_is_refused()
    {
        int length = _context.Store.Functions[Inner.FunctionAddress].Body.LengthBytes;
        int accepted = Enumerable.Range(0, length).Count(pc => Accepts(Outer, Inner with { Pc = pc }));
        Assert.Equal(2, accepted);
    }

    [Fact]
    public void Another_number_of_locals_is_refused()
    {
        Assert.Contains("1 slots of locals where 2 are needed", Refused(Outer, Inner with { Locals = [1] }), StringComparison.Ordinal);
        Assert.Contains("3 slots of locals where 2 are needed", Refused(Outer, Inner with { Locals = [1, 2, 3] }), StringComparison.Ordinal);
        Assert.Contains("0 slots of locals", Refused(Outer, Inner with { Locals = default }), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_of_operands_is_refused()
    {
        Assert.Contains("1 slots of operands where 0 are needed", Refused(Outer, Inner with { Operands = [1] }), StringComparison.Ordinal);
        Assert.Contains("frame 0", Refused(Outer with { Operands = [1] }, Inner), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_of_a_call_that_is_still_going_on_are_refused() =>
        Assert.Contains("3 slots of operands where 2 are needed", Refused(Outer with { Operands = [11, 7, 20] }, Inner), StringComparison.Ordinal);

    [Fact]
    public void A_call_that_is_over_must_have_its_results() =>
        Assert.Contains("2 slots of operands where 3 are needed", Refused(Outer), StringComparison.Ordinal);

    [Fact]
    public void A_frame_that_waits_where_no_call_is_going_on_is_refused()
    {
        Assert.Contains("is not after a call", Refused(Inner, Inner), StringComparison.Ordinal);
        Assert.Contains("is not after a call", Refused(Outer, Inner, Inner), StringComparison.Ordinal);
    }

    [Fact]
    public void A_callee_with_other_results_than_the_call_is_refused()
    {
        FunctionInstance fac = _context.Registered["calls"].Function("fac");
        var callee = new Frame(fac.Address, fac.Module!.Module.Layout(fac.DefinedIndex).EntryPc, [1], []);
        Assert.True(Accepts(callee));
        Assert.Contains("has other results than the call at this frame", Refused(Outer, callee), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_reference_outside_of_the_store_is_refused()
    {
        FunctionInstance identity = _context.Registered["calls"].Function("funcref");
        var frame = new Frame(identity.Address, identity.Module!.Module.Layout(identity.DefinedIndex).EntryPc, [0], []);
        int count = _context.Store.Functions.Count;
        Assert.True(Accepts(frame));
        Assert.True(Accepts(frame with { Locals = [Reference.OfFunction(count - 1)] }));
        Assert.Contains("slot 0 of its locals refers to nothing of type funcref", Refused(frame with { Locals = [Reference.OfFunction(count)] }), StringComparison.Ordinal);
        Assert.Contains("refers to nothing of type funcref", Refused(frame with { Locals = [Reference.Absent] }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_refuses_a_wrong_stack_before_anything_runs()
    {
        Assert.Throws<StackException>(() => _context.Resume(new CallStack([Outer, Inner with { Pc = 1 }]), new ulong[1]));
        ulong[] results = new ulong[1];
        Assert.False(_context.Resume(_good, results).IsSuspended);
        Assert.Equal(11UL + (7 * 15) + 1, results[0]);
    }

    private bool Accepts(params ImmutableArray<Frame> frames)
    {
        try
        {
            StackVerifier.Verify(_context.Store, new CallStack(frames));
            return true;
        }
        catch (StackException)
        {
            return false;
        }
    }

    private string Refused(params ImmutableArray<Frame> frames) =>
        Assert.Throws<StackException>(() => StackVerifier.Verify(_context.Store, new CallStack(frames))).Message;
}
