using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Instructions that are instructions of CIL, too.
internal sealed partial class FunctionCompiler
{
    private static readonly MethodInfo SingleAbs = Method(typeof(MathF), nameof(MathF.Abs));
    private static readonly MethodInfo DoubleAbs = typeof(Math).GetMethod(nameof(Math.Abs), [typeof(double)])!;

    private bool EmitDirectly(Node node)
    {
        Opcode opcode = node.Opcode;
        if (BinaryCode(opcode) is { } binary)
        {
            return EmitAll(node, binary);
        }

        if (IsDivision(opcode) && IsHarmless(node.Operands[1], opcode < Opcode.I64DivS ? 0xFFFFFFFF : ulong.MaxValue))
        {
            return EmitAll(node, DivisionCode(opcode));
        }

        switch (opcode)
        {
            case Opcode.I32Shl or Opcode.I32ShrS or Opcode.I32ShrU or Opcode.I64Shl or Opcode.I64ShrS or Opcode.I64ShrU:
                EmitShift(node);
                return true;
            case Opcode.I32Eqz or Opcode.I64Eqz:
                EmitTested(node.Operands[0]);
                EmitConstant(Node.Constant(node.Operands[0].Type, 0));
                _il.Emit(OpCodes.Ceq);
                return true;
            case Opcode.F32ReinterpretI32 when !IsSurelyWide(node.Operands[0]):
                EmitOpaque(OpCodes.Stind_I4, OpCodes.Ldind_R4, () => Emit(node.Operands[0]));
                return true;
            case Opcode.I32WrapI64:
                return EmitAll(node, OpCodes.Conv_I4);
            case Opcode.I64ExtendI32S:
                return EmitAll(node, OpCodes.Conv_I8);
            case Opcode.I64ExtendI32U:
                return EmitAll(node, OpCodes.Conv_U8);
            case Opcode.I32Extend8S:
                return EmitAll(node, OpCodes.Conv_I1);
            case Opcode.I32Extend16S:
                return EmitAll(node, OpCodes.Conv_I2);
            case Opcode.F64PromoteF32:
                return EmitAll(node, OpCodes.Conv_R8);
            case Opcode.F32DemoteF64:
                return EmitAll(node, OpCodes.Conv_R4);
            case Opcode.F32ConvertI32S:
                return EmitAll(node, OpCodes.Conv_R4);
            case Opcode.F64ConvertI32S or Opcode.F64ConvertI64S:
                return EmitAll(node, OpCodes.Conv_R8);
            case Opcode.F32Abs or Opcode.F64Abs:
                EmitCanonical(node.Operands[0]);
                _il.Emit(OpCodes.Call, opcode == Opcode.F32Abs ? SingleAbs : DoubleAbs);
                return true;
            case Opcode.F32Neg or Opcode.F64Neg:
                EmitCanonical(node.Operands[0]);
                _il.Emit(OpCodes.Neg);
                return true;
            default:
                return EmitComparison(node);
        }
    }

    // Of a byte that is loaded, or taken from a vector in memory, the JIT of .NET 10 would take four instead; also where it finds out that an operation
    // leaves the byte as it is.
    private static bool IsSurelyWide(Node node) => node.Opcode switch
    {
        Opcode.I32Load => node.Kind == NodeKind.Load,
        Opcode.I32x4ExtractLane => true,
        Opcode.I32Add or Opcode.I32Sub or Opcode.I32Or or Opcode.I32Xor =>
            node.Operands.Any(o => o is { Kind: NodeKind.Constant, Bits: > ushort.MaxValue and not uint.MaxValue }),
        _ => false,
    };

    private bool EmitAll(Node node, OpCode opcode)
    {
        foreach (Node operand in node.Operands)
        {
            Emit(operand);
        }

        _il.Emit(opcode);
        return true;
    }

    private void EmitShift(Node node)
    {
        Emit(node.Operands[0]);
        bool is32 = node.Opcode < Opcode.I64Shl;
        Node count = node.Operands[1];
        if (count.Kind == NodeKind.Constant)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)count.Bits & (is32 ? 31 : 63));
        }
        else
        {
            Emit(count);
            if (!is32)
            {
                _il.Emit(OpCodes.Conv_I4);
            }

            _il.Emit(OpCodes.Ldc_I4, is32 ? 31 : 63);
            _il.Emit(OpCodes.And);
        }

        _il.Emit(node.Opcode switch
        {
            Opcode.I32Shl or Opcode.I64Shl => OpCodes.Shl,
            Opcode.I32ShrS or Opcode.I64ShrS => OpCodes.Shr,
            _ => OpCodes.Shr_Un,
        });
    }

    private bool EmitComparison(Node node)
    {
        if (Comparison.Of(node.Opcode) is not { } comparison)
        {
            return false;
        }

        EmitTested(node.Operands[0]);
        EmitTested(node.Operands[1]);
        _il.Emit(comparison.Compare);
        if (comparison.IsInverted)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ceq);
        }

        return true;
    }

    /// <summary>Branches where a condition holds, or where it does not.</summary>
    private void EmitBranch(Node condition, Label target, bool isNegated)
    {
        while (condition.Kind == NodeKind.Operation && condition.Opcode == Opcode.I32Eqz)
        {
            condition = condition.Operands[0];
            isNegated = !isNegated;
        }

        if (condition.Kind == NodeKind.Operation && Comparison.Of(condition.Opcode) is { } comparison)
        {
            EmitTested(condition.Operands[0]);
            EmitTested(condition.Operands[1]);
            _il.Emit(isNegated ? comparison.BranchUnless : comparison.Branch, target);
            return;
        }

        if (condition.Kind == NodeKind.Operation && condition.Opcode == Opcode.I64Eqz)
        {
            EmitTested(condition.Operands[0]);
            _il.Emit(isNegated ? OpCodes.Brtrue : OpCodes.Brfalse, target);
            return;
        }

        EmitTested(condition);
        _il.Emit(isNegated ? OpCodes.Brfalse : OpCodes.Brtrue, target);
    }

    /// <summary>
    /// Pushes a value that is compared next. Of a rotation by a constant the JIT of .NET 10 believes that it leaves in the flags whether the result
    /// is zero, which rotations of x64 do not; so what may be one is hidden from it.
    /// </summary>
    private void EmitTested(Node value)
    {
        if (!value.IsRotation)
        {
            Emit(value);
        }
        else if (value.Type == ValueType.I32)
        {
            EmitOpaque(OpCodes.Stind_I4, OpCodes.Ldind_I4, () => Emit(value));
        }
        else
        {
            EmitOpaque(OpCodes.Stind_I8, OpCodes.Ldind_I8, () => Emit(value));
        }
    }

    private static OpCode? BinaryCode(Opcode opcode) => opcode switch
    {
        Opcode.I32Add or Opcode.I64Add or Opcode.F32Add or Opcode.F64Add => OpCodes.Add,
        Opcode.I32Sub or Opcode.I64Sub or Opcode.F32Sub or Opcode.F64Sub => OpCodes.Sub,
        Opcode.I32Mul or Opcode.I64Mul or Opcode.F32Mul or Opcode.F64Mul => OpCodes.Mul,
        Opcode.F32Div or Opcode.F64Div => OpCodes.Div,
        Opcode.I32And or Opcode.I64And => OpCodes.And,
        Opcode.I32Or or Opcode.I64Or => OpCodes.Or,
        Opcode.I32Xor or Opcode.I64Xor => OpCodes.Xor,
        _ => null,
    };

    private static bool IsDivision(Opcode opcode) => opcode is Opcode.I32DivS or Opcode.I32DivU or Opcode.I32RemS or Opcode.I32RemU
        or Opcode.I64DivS or Opcode.I64DivU or Opcode.I64RemS or Opcode.I64RemU;

    private static OpCode DivisionCode(Opcode opcode) => opcode switch
    {
        Opcode.I32DivS or Opcode.I64DivS => OpCodes.Div,
        Opcode.I32DivU or Opcode.I64DivU => OpCodes.Div_Un,
        Opcode.I32RemS or Opcode.I64RemS => OpCodes.Rem,
        _ => OpCodes.Rem_Un,
    };
}
