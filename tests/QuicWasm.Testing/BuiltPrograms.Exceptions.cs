using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

// Exceptions of three tags: caught near and far, kept in locals, a table and a global, and thrown again.
internal static partial class BuiltPrograms
{
    // Types: 0 [i32] -> [i32], 1 [i32 i64] -> [], 2 [] -> [], 3 [v128] -> [], 4 [i32 i32] -> [i32], 5 [] -> [i32 i64 exnref],
    // 6 [] -> [i32 i64]. Tags: 0 nothing, 1 pair, 2 vector. Functions: 0 host.add, 1 thrower, 2 deep, 3 catcher, 4 run, 5 throws,
    // 6 throws_with_reference, 7 null, 8 tail, 9 calls_tail.
    private static byte[] Exceptions() => Module(
        (1, [
            Type([I32], [I32]), Type([I32, I64], []), Type([], []), Type([V128], []), Type([I32, I32], [I32]), Type([], [I32, I64, ExnRef]),
            Type([], [I32, I64]),
        ]),
        (2, [HostAdd(4)]),
        (3, [Code(0), Code(0), Code(0), Code(0), Code(0), Code(0), Code(0), Code(0), Code(0)]),
        (4, [Code(ExnRef, 0, 2)]),
        (13, [Code(0, 2), Code(0, 1), Code(0, 3)]),
        (6, [Code(ExnRef, 1).Op(Opcode.RefNull).Raw(ExnRef).Op(Opcode.End)]),
        (7, [
            Export("thrower", 0, 1), Export("deep", 0, 2), Export("catcher", 0, 3), Export("run", 0, 4), Export("throws", 0, 5),
            Export("throws_with_reference", 0, 6), Export("null", 0, 7), Export("tail", 0, 8), Export("calls_tail", 0, 9),
            Export("nothing", 4, 0), Export("pair", 4, 1), Export("vector", 4, 2), Export("kept", 1, 0),
        ]),
        (10, [
            Function([], ThrowerBody()),
            Function([], Code().I32(100).Get(0).Op(Opcode.Call, 1).Op(Opcode.I32Add)),
            Function([[ExnRef], [I32], [I64]], CatcherBody()),
            Function([[I32], [I32]], RunExceptions()),
            Function([], Code(0x03, NoResult).Raw(0x02, 6).Raw(0x1F, NoResult, 1, 0, 1, 0).Get(0).I64Const(4).Op(Opcode.Throw, 1).Op(Opcode.End)
                .Op(Opcode.Unreachable).Op(Opcode.End).Op(Opcode.Drop).Op(Opcode.Drop).CountDown(0).Op(Opcode.End).I32(5)),
            Function([], Code(0x03, NoResult).Raw(0x02, 5).Raw(0x1F, NoResult, 1, 1, 1, 0).Get(0).I64Const(4).Op(Opcode.Throw, 1).Op(Opcode.End)
                .Op(Opcode.Unreachable).Op(Opcode.End).Op(Opcode.Drop).Op(Opcode.Drop).Op(Opcode.Drop).CountDown(0).Op(Opcode.End).I32(6)),
            Function([], Code().Op(Opcode.RefNull).Raw(ExnRef).Op(Opcode.ThrowRef)),
            Function([], Code(0x02, NoResult).Raw(0x1F, NoResult, 1, 2, 0).Get(0).Get(0).Op(Opcode.ReturnCall, 0).Op(Opcode.End).Op(Opcode.End).I32(55)),
            Function([], Code(0x02, NoResult).Raw(0x1F, NoResult, 1, 2, 0).Get(0).Op(Opcode.Call, 8).Op(Opcode.Return).Op(Opcode.End).Op(Opcode.End).I32(66)),
        ]));

    // What is thrown follows from the argument; one in four is not thrown, but goes through the host.
    private static WasmBytes ThrowerBody() => Code()
        .Get(0).I32(4).Op(Opcode.I32RemU).I32(1).Op(Opcode.I32Eq).Raw(0x04, NoResult).Op(Opcode.Throw, 0).Op(Opcode.End)
        .Get(0).I32(4).Op(Opcode.I32RemU).I32(2).Op(Opcode.I32Eq).Raw(0x04, NoResult)
        .Get(0).Get(0).Op(Opcode.I64ExtendI32U).I64Const(3).Op(Opcode.I64Mul).Op(Opcode.Throw, 1).Op(Opcode.End)
        .Get(0).I32(4).Op(Opcode.I32RemU).I32(3).Op(Opcode.I32Eq).Raw(0x04, NoResult).Get(0).Op(Opcode.I32x4Splat).Op(Opcode.Throw, 2).Op(Opcode.End)
        .Get(0).I32(1).Op(Opcode.Call, 0);

    // Local 1 is an exception that is kept across calls of the host; locals 2 and 3 are values.
    private static WasmBytes CatcherBody() => Code()
        .Raw(0x02, 5).Raw(0x02, ExnRef).Raw(0x02, NoResult)
        .Raw(0x1F, I32, 3, 0, 0, 0, 1, 1, 2, 3, 1).Get(0).Op(Opcode.Call, 2).Op(Opcode.End).Op(Opcode.Return)
        .Op(Opcode.End).I32(1000).Op(Opcode.Return)
        .Op(Opcode.End).Op(Opcode.LocalTee, 1).Op(Opcode.GlobalSet, 0).I32(0).Get(1).Op(Opcode.TableSet, 0)
        .I32(2000).Get(0).Op(Opcode.Call, 0).Set(2)
        .Raw(0x02, V128).Raw(0x1F, NoResult, 1, 0, 2, 0).Get(1).Op(Opcode.ThrowRef).Op(Opcode.End).Op(Opcode.Unreachable).Op(Opcode.End)
        .Op(Opcode.I32x4ExtractLane).Raw(2).Get(2).Op(Opcode.I32Add).Op(Opcode.Return)
        .Op(Opcode.End).Set(1).Set(3).Set(2)
        .I32(1).Get(1).Op(Opcode.TableSet, 0)
        .Get(2).I32(7).Op(Opcode.Call, 0).Get(3).Op(Opcode.I32WrapI64).Op(Opcode.I32Add);

    // First the catcher for every number; then a clause that goes back to a loop's header; then a kept exception is thrown once more.
    private static WasmBytes RunExceptions() => Code()
        .Raw(0x03, NoResult).Get(1).Get(0).Op(Opcode.Call, 3).Op(Opcode.I32Add).Set(1).CountDown(0).Op(Opcode.End)
        .I32(4).Set(2)
        .Raw(0x03, NoResult).Get(2).I32(1).Op(Opcode.I32Sub).Set(2)
        .Raw(0x1F, NoResult, 1, 0, 0, 0).Get(2).Raw(0x04, NoResult).Op(Opcode.Throw, 0).Op(Opcode.End).Op(Opcode.End).Op(Opcode.End)
        .Raw(0x02, 6).Raw(0x1F, NoResult, 1, 0, 1, 0).I32(1).Op(Opcode.TableGet, 0).Op(Opcode.ThrowRef).Op(Opcode.End).Op(Opcode.Unreachable).Op(Opcode.End)
        .Op(Opcode.I32WrapI64).Op(Opcode.I32Add).Get(1).Op(Opcode.I32Add);
}
