using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

/// <summary>Facts about operations that let instructions be fused or turned round.</summary>
internal static class Comparisons
{
    /// <summary>Whether an operation compares two values and gives a truth value.</summary>
    public static bool IsComparison(Opcode opcode) =>
        opcode is (>= Opcode.I32Eq and <= Opcode.I32GeU) or (>= Opcode.I64Eq and <= Opcode.I64GeU) or (>= Opcode.F32Eq and <= Opcode.F64Ge);

    /// <summary>The comparison that holds just when this one does not, or null: floats have none for orderings, because of NaN.</summary>
    public static Opcode? Inverse(Opcode opcode, HandlerForm form) => form is HandlerForm.Binary or HandlerForm.BinaryConstant
        ? opcode switch
        {
            Opcode.I32Eq => Opcode.I32Ne,
            Opcode.I32Ne => Opcode.I32Eq,
            Opcode.I32LtS => Opcode.I32GeS,
            Opcode.I32LtU => Opcode.I32GeU,
            Opcode.I32GtS => Opcode.I32LeS,
            Opcode.I32GtU => Opcode.I32LeU,
            Opcode.I32LeS => Opcode.I32GtS,
            Opcode.I32LeU => Opcode.I32GtU,
            Opcode.I32GeS => Opcode.I32LtS,
            Opcode.I32GeU => Opcode.I32LtU,
            Opcode.I64Eq => Opcode.I64Ne,
            Opcode.I64Ne => Opcode.I64Eq,
            Opcode.I64LtS => Opcode.I64GeS,
            Opcode.I64LtU => Opcode.I64GeU,
            Opcode.I64GtS => Opcode.I64LeS,
            Opcode.I64GtU => Opcode.I64LeU,
            Opcode.I64LeS => Opcode.I64GtS,
            Opcode.I64LeU => Opcode.I64GtU,
            Opcode.I64GeS => Opcode.I64LtS,
            Opcode.I64GeU => Opcode.I64LtU,
            Opcode.F32Eq => Opcode.F32Ne,
            Opcode.F32Ne => Opcode.F32Eq,
            Opcode.F64Eq => Opcode.F64Ne,
            Opcode.F64Ne => Opcode.F64Eq,
            _ => null,
        }
        : null;

    /// <summary>Whether operands may change places.</summary>
    public static bool IsCommutative(Opcode opcode) => opcode
        is Opcode.I32Eq or Opcode.I32Ne or Opcode.I32Add or Opcode.I32Mul or Opcode.I32And or Opcode.I32Or or Opcode.I32Xor
        or Opcode.I64Eq or Opcode.I64Ne or Opcode.I64Add or Opcode.I64Mul or Opcode.I64And or Opcode.I64Or or Opcode.I64Xor;
}
