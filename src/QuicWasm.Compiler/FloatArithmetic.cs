using System.Collections.Frozen;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>
/// Float instructions by what they do to NaN. Programs must not see which NaN the CPU at hand gives; so a NaN is made the canonical one where
/// its bits leave a function's locals and operands, and not after each instruction.
/// </summary>
internal static class FloatArithmetic
{
    private static readonly FrozenSet<Opcode> Raw = new[]
    {
        Opcode.F32Add, Opcode.F32Sub, Opcode.F32Mul, Opcode.F32Div, Opcode.F32Sqrt, Opcode.F32DemoteF64,
        Opcode.F64Add, Opcode.F64Sub, Opcode.F64Mul, Opcode.F64Div, Opcode.F64Sqrt, Opcode.F64PromoteF32,
    }.ToFrozenSet();

    private static readonly FrozenSet<Opcode> Never = new[]
    {
        Opcode.F32ConvertI32S, Opcode.F32ConvertI32U, Opcode.F32ConvertI64S, Opcode.F32ConvertI64U,
        Opcode.F64ConvertI32S, Opcode.F64ConvertI32U, Opcode.F64ConvertI64S, Opcode.F64ConvertI64U,
    }.ToFrozenSet();

    /// <summary>Whether the instruction's NaN may be any NaN, as it is compiled.</summary>
    public static bool Gives(Opcode opcode) => Raw.Contains(opcode);

    /// <summary>Whether the instruction gives a float that is never NaN, or the canonical one only.</summary>
    public static bool IsNever(Opcode opcode) => Never.Contains(opcode);
}
