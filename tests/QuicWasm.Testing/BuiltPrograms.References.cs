using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

// Typed references: in locals, globals, a table with an initial element, and a type that mentions itself.
internal static partial class BuiltPrograms
{
    // Types: 0 [i32] -> [i32], 1 [i32 (ref null 1)] -> [i32], 2 [(ref null 0)] -> [i32], 3 [] -> [i32], 4 [i32 i32] -> [i32].
    // Functions: 0 host.add, 1 double, 2 increment, 3 last, 4 count, 5 or_default, 6 run, 7 null_call, 8 null_as.
    private static byte[] References() => Module(
        (1, [
            Type([I32], [I32]), Type([I32, RefNull, 1], [I32], parameterCount: 2), Type([RefNull, 0], [I32], parameterCount: 1),
            Type([], [I32]), Type([I32, I32], [I32]),
        ]),
        (2, [HostAdd(4)]),
        (3, [Code(0), Code(0), Code(0), Code(1), Code(2), Code(0), Code(3), Code(3)]),
        (4, [Code(0x40, 0, RefNull, 0, 0, 4).Op(Opcode.RefFunc, 1).Op(Opcode.End)]),
        (6, [
            Code(Ref, 0, 0).Op(Opcode.RefFunc, 1).Op(Opcode.End),
            Code(RefNull, 0, 1).Op(Opcode.RefNull).Raw(0).Op(Opcode.End),
        ]),
        (7, [Export("count", 0, 4), Export("run", 0, 6), Export("null_call", 0, 7), Export("null_as", 0, 8), Export("table", 1, 0)]),
        (9, [
            Code(6, 0).I32(1).Op(Opcode.End).Raw(Ref, 0, 2).Op(Opcode.RefFunc, 2).Op(Opcode.End).Op(Opcode.RefFunc, 3).Op(Opcode.End),
        ]),
        (10, [
            Function([], Code().Get(0).I32(2).Op(Opcode.I32Mul)),
            Function([], Code().Get(0).I32(1).Op(Opcode.Call, 0)),
            Function([], Code().Get(0).I32(3).Op(Opcode.I32Add).Op(Opcode.GlobalGet, 0).Op(Opcode.ReturnCallRef, 0)),
            Function([[Ref, 1]], CountBody()),
            Function([], Code(0x02, NoResult).I32(9).Get(0).Op(Opcode.BrOnNull, 0).Op(Opcode.CallRef, 0).Op(Opcode.Return).Op(Opcode.End).I32(-1)),
            Function([[I32]], RunReferences()),
            Function([], Code().I32(1).Op(Opcode.RefNull).Raw(0).Op(Opcode.CallRef, 0)),
            Function([], Code().Op(Opcode.RefNull).Raw(0).Op(Opcode.RefAsNonNull).Op(Opcode.Drop).I32(0)),
        ]));

    // Calls itself through the reference that it is given; for small numbers it passes null on, which ends the recursion.
    private static WasmBytes CountBody() => Code(0x02, Ref, 1)
        .Get(1).Op(Opcode.BrOnNonNull, 0).I32(77).Op(Opcode.Return).Op(Opcode.End).Set(2)
        .Get(0).I32(1).Op(Opcode.I32Sub)
        .Get(2).Op(Opcode.RefNull).Raw(1).Get(0).I32(2).Op(Opcode.I32GtS).Op(Opcode.SelectTyped).Raw(1, RefNull, 1)
        .Get(2).Op(Opcode.CallRef, 1).I32(1).Op(Opcode.I32Add);

    private static WasmBytes RunReferences() => Code().I32(1).Set(1)
        .Raw(0x03, NoResult)
        .Get(1).Get(0).I32(4).Op(Opcode.I32RemU).Op(Opcode.TableGet, 0).Op(Opcode.RefAsNonNull).Op(Opcode.CallRef, 0).Set(1)
        .Get(0).I32(4).Op(Opcode.I32RemU).Op(Opcode.TableGet, 0).Op(Opcode.GlobalSet, 1)
        .Get(1).Op(Opcode.GlobalGet, 1).Op(Opcode.Call, 5).Op(Opcode.I32Add)
        .Op(Opcode.RefNull).Raw(0).Op(Opcode.Call, 5).Op(Opcode.I32Add)
        .Get(0).Op(Opcode.RefFunc, 4).Op(Opcode.Call, 4).Op(Opcode.I32Add).Set(1)
        .CountDown(0).Op(Opcode.End).Get(1);
}
