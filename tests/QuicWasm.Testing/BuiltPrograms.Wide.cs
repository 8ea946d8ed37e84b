using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

// A memory and a table of 64-bit addresses (each 0), beside ones of 32 bits (each 1).
internal static partial class BuiltPrograms
{
    private const byte Load8 = 0x31;

    // Types: 0 [i32] -> [i64], 1 [i64] -> [i64], 2 [i64 i64] -> [].
    // Functions: 0 run, 1 twice, 2 load, 3 far, 4 fill, 5 grow, 6 element, 7 lane.
    private static byte[] Wide() => Module(
        (1, [Type([I32], [I64]), Type([I64], [I64]), Type([I64, I64], [])]),
        (3, [Code(0), Code(1), Code(1), Code(1), Code(2), Code(1), Code(1), Code(1)]),
        (4, [Code(FuncRef, 5, 4, 10), Code(FuncRef, 0, 2)]),
        (5, [Code(5, 1, 4), Code(0, 1)]),
        (7, [
            Export("run", 0, 0), Export("load", 0, 2), Export("far", 0, 3), Export("fill", 0, 4), Export("grow", 0, 5), Export("element", 0, 6),
            Export("lane", 0, 7), Export("memory", 2, 0), Export("table", 1, 0),
        ]),
        (9, [Code(0).I64Const(2).Op(Opcode.End).Raw(1, 1)]),
        (12, [Code()]),
        (10, [
            Function([[I64], [I64]], RunWide()),
            Function([], Code().Get(0).I64Const(2).Op(Opcode.I64Mul)),
            Function([], Code().Get(0).Raw(0x29, 0, 8)),
            Function([], Code().Get(0).Raw(Load8, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)),
            Function([], Code().Get(0).I32(7).Get(1).Op(Opcode.MemoryFill, 0)),
            Function([], Code().Get(0).Op(Opcode.MemoryGrow, 0)),
            Function([], Code().I64Const(21).Get(0).Op(Opcode.CallIndirect, 1).Raw(0)),
            Function([[V128]], Code().Get(0).Get(1).Raw(0xFD, 0x57, 0, 8, 1).Set(1).Get(0).Get(1).Raw(0xFD, 0x5B, 0, 9, 1).I64Const(0)),
        ]),
        (11, [Code(1).Sized(Code(1, 2, 3, 4))]));

    // Local 1 is the sum, local 2 an address.
    private static WasmBytes RunWide() => Code()
        .I64Const(1).Op(Opcode.MemoryGrow, 0).I64Const(10).Op(Opcode.I64Mul).Set(1)
        .Raw(0x03, NoResult)
        .Get(0).Op(Opcode.I64ExtendI32U).I64Const(8).Op(Opcode.I64Mul).Set(2)
        .Get(2).Get(2).I64Const(7).Op(Opcode.I64Add).Raw(0x37, 3, 0x40)
        .Get(2).Get(0).Raw(0x3A, 0, 0x88, 0x80, 4)
        .Get(2).I64Const(5).Raw(0x3C, 0x40, 0, 0x89, 0x80, 4)
        .Get(2).I64Const(200).Op(Opcode.I64Add).Get(0).I64Const(3).Op(Opcode.MemoryFill, 0)
        .Get(0).Get(2).I64Const(200).Op(Opcode.I64Add).I32(2).Op(Opcode.MemoryCopy).Raw(1, 0)
        .I64Const(400).Get(0).I32(1).Op(Opcode.MemoryCopy).Raw(0, 1)
        .I64Const(410).I64Const(400).I64Const(2).Op(Opcode.MemoryCopy).Raw(0, 0)
        .I64Const(300).I32(1).I32(2).Op(Opcode.MemoryInit).Raw(0, 0)
        .Get(1).Get(2).Raw(0x29, 0, 0x40).Op(Opcode.I64Add).Get(2).Raw(0x2D, 0, 0x88, 0x80, 4).Op(Opcode.I64ExtendI32U).Op(Opcode.I64Add)
        .I64Const(301).Raw(Load8, 0, 0).Op(Opcode.I64Add).I64Const(410).Raw(Load8, 0, 0).Op(Opcode.I64Add)
        .Get(0).Raw(Load8, 0x40, 1, 0).Op(Opcode.I64Add).Op(Opcode.MemorySize, 0).Op(Opcode.I64Add).Set(1)
        .I64Const(1).I64Const(2).Op(Opcode.TableGet, 0).Op(Opcode.TableSet, 0)
        .I32(0).I64Const(1).I32(1).Op(Opcode.TableCopy).Raw(1, 0)
        .Get(1).I64Const(1).Op(Opcode.CallIndirect, 1).Raw(0).I32(0).Op(Opcode.CallIndirect, 1).Raw(1)
        .Op(Opcode.RefNull).Raw(FuncRef).I64Const(1).Op(Opcode.TableGrow, 0).Op(Opcode.I64Add).Op(Opcode.TableSize, 0).Op(Opcode.I64Add).Set(1)
        .CountDown(0).Op(Opcode.End).Get(1);
}
