using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>A comparison as CIL has it.</summary>
/// <param name="Compare">The instruction that pushes the result, or its opposite.</param>
/// <param name="IsInverted">Whether <paramref name="Compare"/> pushes the opposite.</param>
/// <param name="Branch">The branch where it holds.</param>
/// <param name="BranchUnless">The branch where it does not.</param>
internal sealed record Comparison(OpCode Compare, bool IsInverted, OpCode Branch, OpCode BranchUnless)
{
    private static readonly Comparison Equal = new(OpCodes.Ceq, false, OpCodes.Beq, OpCodes.Bne_Un);
    private static readonly Comparison NotEqual = new(OpCodes.Ceq, true, OpCodes.Bne_Un, OpCodes.Beq);
    private static readonly Comparison Less = new(OpCodes.Clt, false, OpCodes.Blt, OpCodes.Bge);
    private static readonly Comparison LessUnsigned = new(OpCodes.Clt_Un, false, OpCodes.Blt_Un, OpCodes.Bge_Un);
    private static readonly Comparison Greater = new(OpCodes.Cgt, false, OpCodes.Bgt, OpCodes.Ble);
    private static readonly Comparison GreaterUnsigned = new(OpCodes.Cgt_Un, false, OpCodes.Bgt_Un, OpCodes.Ble_Un);
    private static readonly Comparison LessOrEqual = new(OpCodes.Cgt, true, OpCodes.Ble, OpCodes.Bgt);
    private static readonly Comparison LessOrEqualUnsigned = new(OpCodes.Cgt_Un, true, OpCodes.Ble_Un, OpCodes.Bgt_Un);
    private static readonly Comparison GreaterOrEqual = new(OpCodes.Clt, true, OpCodes.Bge, OpCodes.Blt);
    private static readonly Comparison GreaterOrEqualUnsigned = new(OpCodes.Clt_Un, true, OpCodes.Bge_Un, OpCodes.Blt_Un);

    // Of floats, the unsigned forms hold also where an operand is NaN.
    private static readonly Comparison LessFloat = new(OpCodes.Clt, false, OpCodes.Blt, OpCodes.Bge_Un);
    private static readonly Comparison GreaterFloat = new(OpCodes.Cgt, false, OpCodes.Bgt, OpCodes.Ble_Un);
    private static readonly Comparison LessOrEqualFloat = new(OpCodes.Cgt_Un, true, OpCodes.Ble, OpCodes.Bgt_Un);
    private static readonly Comparison GreaterOrEqualFloat = new(OpCodes.Clt_Un, true, OpCodes.Bge, OpCodes.Blt_Un);

    /// <summary>The comparison that an instruction is, or null.</summary>
    public static Comparison? Of(Opcode opcode) => opcode switch
    {
        Opcode.I32Eq or Opcode.I64Eq or Opcode.F32Eq or Opcode.F64Eq => Equal,
        Opcode.I32Ne or Opcode.I64Ne or Opcode.F32Ne or Opcode.F64Ne => NotEqual,
        Opcode.I32LtS or Opcode.I64LtS => Less,
        Opcode.I32LtU or Opcode.I64LtU => LessUnsigned,
        Opcode.I32GtS or Opcode.I64GtS => Greater,
        Opcode.I32GtU or Opcode.I64GtU => GreaterUnsigned,
        Opcode.I32LeS or Opcode.I64LeS => LessOrEqual,
        Opcode.I32LeU or Opcode.I64LeU => LessOrEqualUnsigned,
        Opcode.I32GeS or Opcode.I64GeS => GreaterOrEqual,
        Opcode.I32GeU or Opcode.I64GeU => GreaterOrEqualUnsigned,
        Opcode.F32Lt or Opcode.F64Lt => LessFloat,
        Opcode.F32Gt or Opcode.F64Gt => GreaterFloat,
        Opcode.F32Le or Opcode.F64Le => LessOrEqualFloat,
        Opcode.F32Ge or Opcode.F64Ge => GreaterOrEqualFloat,
        _ => null,
    };
}
