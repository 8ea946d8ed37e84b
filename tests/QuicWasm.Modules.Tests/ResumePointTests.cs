using static QuicWasm.Modules.Tests.WasmBytes;

namespace QuicWasm.Modules.Tests;

public sealed class ResumePointTests
{
    private const ResumePointKinds Entry = ResumePointKinds.FunctionEntry;
    private const ResumePointKinds Loop = ResumePointKinds.LoopHeader;
    private const ResumePointKinds Before = ResumePointKinds.BeforeCall;
    private const ResumePointKinds After = ResumePointKinds.AfterCall;

    // A function of type [i32 i64] -> [f32 v128] that can be called in many places.
    private static readonly byte[] Type = [0x60, 2, 0x7F, 0x7E, 2, 0x7D, 0x7B];

    [Fact]
    public void Entry_calls_and_what_follows_them_are_resume_points_with_their_stacks()
    {
        // 0: one group of locals, three bytes; 3: i32.const 5; 5: local.get 0; 7: local.get 1; 9: call 0; 11: unreachable; 12: end
        ResumePointTable points = Of([1, 1, 0x7B, 0x41, 5, 0x20, 0, 0x20, 1, 0x10, 0, 0x00, 0x0B]);
        Assert.Equal(
            ["3 FunctionEntry [] 0", "9 BeforeCall [i32 i32 i64] 0", "11 AfterCall [i32 f32 v128] 2"],
            Text(points));
        Assert.Equal([ValueType.I32], points.Find(11)!.StackTypesDuringCall.ToArray());
        Assert.Null(points.Find(5));
        Assert.Equal(-1, points.IndexOf(10));
    }

    [Fact]
    public void One_pc_can_be_a_resume_point_for_several_reasons()
    {
        // 1: i32.const 1; 3: i64.const 1; 5: loop (type 0); 7: call 0; 9: drop; 10: drop; ...; 15: call 0; 17: end; 18: end
        ResumePointTable points = Of([0, 0x41, 1, 0x42, 1, 0x03, 0, 0x10, 0, 0x1A, 0x1A, 0x41, 2, 0x42, 2, 0x10, 0, 0x0B, 0x0B]);
        Assert.Equal(
            [
                "1 FunctionEntry [] 0", "7 LoopHeader, BeforeCall [i32 i64] 0", "9 AfterCall [f32 v128] 2",
                "15 BeforeCall [i32 i64] 0", "17 AfterCall [f32 v128] 2",
            ],
            Text(points));
    }

    [Fact]
    public void A_call_that_follows_a_call_is_both_after_and_before_a_call()
    {
        ResumePointTable points = OfFunctions([0x60, 0, 0], [0, 0x10, 0, 0x10, 0, 0x0B]);
        Assert.Equal(["1 FunctionEntry, BeforeCall [] 0", "3 BeforeCall, AfterCall [] 0", "5 AfterCall [] 0"], Text(points));
    }

    [Fact]
    public void Code_that_cannot_be_reached_has_no_resume_points()
    {
        // return; loop; call 0; end; block; br 0; call 0; end; call 0; end
        ResumePointTable points = OfFunctions(
            [0x60, 0, 0], [0, 0x02, 0x40, 0x0F, 0x03, 0x40, 0x10, 0, 0x0B, 0x0B, 0x02, 0x40, 0x0C, 0, 0x10, 0, 0x0B, 0x10, 0, 0x0B]);
        Assert.Equal([Entry, Before, After], points.Kinds());
        Assert.Equal([1, 17, 19], points.Pcs());
    }

    [Fact]
    public void An_indirect_call_has_its_index_on_the_stack()
    {
        // i32.const 1; i64.const 1; i32.const 0; call_indirect (type 0) (table 0); end
        ResumePointTable points = Of([0, 0x41, 1, 0x42, 1, 0x41, 0, 0x11, 0, 0, 0x0B]);
        Assert.Equal(["1 FunctionEntry [] 0", "7 BeforeCall [i32 i64 i32] 0", "10 AfterCall [f32 v128] 2"], Text(points));
    }

    [Fact]
    public void A_tail_call_is_a_point_before_it_only()
    {
        // i32.const 1; i64.const 1; i32.const 0; return_call_indirect (type 0) (table 0); end
        ResumePointTable points = Of([0, 0x41, 1, 0x42, 1, 0x41, 0, 0x13, 0, 0, 0x0B]);
        Assert.Equal(["1 FunctionEntry [] 0", "7 BeforeCall [i32 i64 i32] 0"], Text(points));
    }

    [Fact]
    public void A_deep_stack_and_many_calls_take_memory_in_proportion_to_the_code()
    {
        byte[] code =
        [
            0, .. Enumerable.Repeat((byte[])[0x41, 0], 50_000).SelectMany(value => value),
            .. Enumerable.Repeat((byte[])[0x10, 0], 20_000).SelectMany(call => call), 0, 0x0B,
        ];
        ValidatedModule module = ModuleLoader.Load(FunctionsOfType([0x60, 0, 0], code));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ResumePointTable points = ResumePoints.Of(module, 0);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(20_002, points.Count);
        Assert.Equal(50_000, points[points.Count - 1].StackTypes.Length);
    }

    [Fact]
    public void The_layout_gives_entry_locals_and_slots()
    {
        byte[] code = [2, 2, 0x7B, 1, 0x7D, 0x20, 2, 0x1A, 0x41, 0, 0x1A, 0x00, 0x0B];
        ValidatedModule module = ModuleLoader.Load(FunctionsOfType(Type, code));
        Assert.Equal(new FunctionLayout(EntryPc: 5, LocalCount: 5, LocalSlots: 7, OperandSlots: 2), module.Layout(0));
        Assert.Equal([ValueType.I32, ValueType.I64, ValueType.V128, ValueType.V128, ValueType.F32], module.LocalTypes(0));
    }

    [Fact]
    public void The_loop_header_is_where_a_branch_to_the_loop_goes()
    {
        // loop; br 0; end
        ResumePointTable points = OfFunctions([0x60, 0, 0], [0, 0x03, 0x40, 0x0C, 0, 0x0B, 0x0B]);
        Assert.Equal([Entry, Loop], points.Kinds());
        Assert.Equal([1, 3], points.Pcs());
    }

    private static ResumePointTable Of(byte[] code) => OfFunctions(Type, code);

    private static ResumePointTable OfFunctions(byte[] type, byte[] code) =>
        ResumePoints.Of(ModuleLoader.Load(FunctionsOfType(type, code)), 0);

    private static IEnumerable<string> Text(ResumePointTable points) => Enumerable.Range(0, points.Count).Select(i => points[i]).Select(
        point => $"{point.Pc} {point.Kinds} [{string.Join(' ', point.StackTypes.Select(type => type.Text()))}] {point.ResultCount}");
}

file static class ResumePointTableQueries
{
    public static IEnumerable<ResumePointKinds> Kinds(this ResumePointTable points) =>
        Enumerable.Range(0, points.Count).Select(i => points[i].Kinds);

    public static IEnumerable<int> Pcs(this ResumePointTable points) => Enumerable.Range(0, points.Count).Select(i => points[i].Pc);
}
