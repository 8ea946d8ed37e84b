using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

// A function with more locals than the compiler takes, called in a loop: "run" is as in the program "work".
internal static partial class BuiltPrograms
{
    private const int GiantLocals = 5000;

    // Types: 0 [i32] -> [i32]. Functions: 0 run, 1 giant.
    private static byte[] Giant() => Module(
        (1, [Type([I32], [I32])]),
        (3, [Code(0), Code(0)]),
        (7, [Export("run", 0, 0)]),
        (10, [
            Function([[I32]], Code()
                .Raw(0x03, NoResult)
                .Get(1).Op(Opcode.Call, 1).Set(1)
                .CountDown(0).Op(Opcode.End).Get(1)),
            new WasmBytes().Sized(Code().U32(1).U32(GiantLocals).Raw(I64).Get(0).I32(3).Op(Opcode.I32Add).Op(Opcode.End)),
        ]));
}
