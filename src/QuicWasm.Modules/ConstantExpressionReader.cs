using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>
/// Constant expressions (spec: valid/instructions, constant expressions). One with any other instruction is refused at once.
/// </summary>
internal static class ConstantExpressionReader
{
    public static ConstantExpression Read(ref CodeReader reader, ModuleFeatures features)
    {
        long offset = reader.Offset;
        ConstantInstruction first = default;
        List<ConstantInstruction>? others = null;
        for (int count = 0; ; count++)
        {
            long instructionOffset = reader.Offset;
            Opcode opcode = reader.ReadOpcode();
            if (opcode == Opcode.End)
            {
                return new ConstantExpression(count switch { 0 => [], 1 => [first], _ => [first, .. others!] }, offset);
            }

            ConstantInstruction instruction = ReadInstruction(ref reader, opcode, instructionOffset, features);
            if (count == 0)
            {
                first = instruction;
            }
            else
            {
                (others ??= []).Add(instruction);
            }
        }
    }

    /// <summary>The expression that gives a function; what an index in an element segment stands for.</summary>
    public static ConstantExpression OfFunction(uint function, long offset) =>
        new(ImmutableCollectionsMarshal.AsImmutableArray([new ConstantInstruction(Opcode.RefFunc, function)]), offset);

    private static ConstantInstruction ReadInstruction(ref CodeReader reader, Opcode opcode, long offset, ModuleFeatures features)
    {
        switch (opcode)
        {
            case Opcode.I32Const:
                return new(opcode, (uint)reader.ReadS32());
            case Opcode.I64Const:
                return new(opcode, (ulong)reader.ReadS64());
            case Opcode.F32Const:
                return new(opcode, reader.ReadF32Bits());
            case Opcode.F64Const:
                return new(opcode, reader.ReadF64Bits());
            case Opcode.V128Const:
                UInt128 value = reader.ReadV128();
                return new(opcode, (ulong)value, (ulong)(value >> 64));
            case Opcode.RefNull:
                return new(opcode, (ulong)reader.ReadHeapType());
            case Opcode.RefFunc or Opcode.GlobalGet:
                return new(opcode, reader.ReadU32());
            case Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul or Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul
                when features.Has(Proposals.ExtendedConst):
                return new(opcode, 0);
            default:
                throw OpcodeTable.Find(opcode) is { } row
                    ? new ModuleException(ModuleError.Invalid, offset, $"constant expression required: {row.Name} is not constant")
                    : UnknownInstruction.Error(opcode, offset);
        }
    }
}
