using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Values: how trees are emitted.
internal sealed partial class FunctionCompiler
{
    private static readonly MethodInfo CanonicalSingle = Method(typeof(NumericOperations), nameof(NumericOperations.CanonicalSingle));
    private static readonly MethodInfo CanonicalDouble = Method(typeof(NumericOperations), nameof(NumericOperations.CanonicalDouble));
    private static readonly MethodInfo MakeVector = typeof(Vector128).GetMethod(nameof(Vector128.Create), [typeof(ulong), typeof(ulong)])!;

    /// <summary>Pushes a value; its temporaries are free afterwards.</summary>
    private void Emit(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Constant:
                EmitConstant(node);
                break;
            case NodeKind.Local:
                LoadLocal(node.Index);
                break;
            case NodeKind.Temporary:
                _il.Emit(OpCodes.Ldloc, node.Temporary!);
                if (node.IsOwner)
                {
                    Release(node.Temporary!);
                }

                break;
            case NodeKind.Global:
                LoadContext(_layout.Global(node.Index), OpCodes.Ldind_I);
                ClrTypes.LoadSlot(_il, node.Clr);
                break;
            case NodeKind.Load:
                EmitLoad(node);
                break;
            default:
                EmitOperation(node);
                break;
        }
    }

    /// <summary>Pushes a value as it may be seen outside: a NaN of arithmetic is canonical.</summary>
    private void EmitCanonical(Node node)
    {
        Emit(node);
        if (node.IsRaw)
        {
            _il.Emit(OpCodes.Call, node.Type == ValueType.F32 ? CanonicalSingle : CanonicalDouble);
        }
    }

    /// <summary>Pushes a plain value, which stays usable.</summary>
    private void EmitAgain(Node node)
    {
        if (node.Kind == NodeKind.Temporary)
        {
            _il.Emit(OpCodes.Ldloc, node.Temporary!);
        }
        else
        {
            Emit(node);
        }
    }

    private void LoadLocal(int index)
    {
        if (_locals[index] is { } local)
        {
            _il.Emit(OpCodes.Ldloc, local);
        }
        else
        {
            _il.Emit(OpCodes.Ldarg, (short)(index + 1));
        }
    }

    private void StoreLocal(int index)
    {
        if (_locals[index] is { } local)
        {
            _il.Emit(OpCodes.Stloc, local);
        }
        else
        {
            _il.Emit(OpCodes.Starg, (short)(index + 1));
        }
    }

    /// <summary>Pushes what stands in the instance's block.</summary>
    private void LoadContext(int offset, OpCode load)
    {
        ContextAddress(offset);
        _il.Emit(load);
    }

    private void ContextAddress(int offset)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldc_I4, offset);
        _il.Emit(OpCodes.Add);
    }

    private void EmitConstant(Node node)
    {
        if (node.Type == ValueType.I32)
        {
            _il.Emit(OpCodes.Ldc_I4, (int)node.Bits);
        }
        else if (node.Type == ValueType.F32)
        {
            EmitSingle((uint)node.Bits);
        }
        else if (node.Type == ValueType.F64)
        {
            // A signalling NaN would lose its bits on the way through the JIT's constants.
            if (double.IsNaN(BitConverter.UInt64BitsToDouble(node.Bits)))
            {
                EmitOpaque(OpCodes.Stind_I8, OpCodes.Ldind_R8, () => _il.Emit(OpCodes.Ldc_I8, (long)node.Bits));
            }
            else
            {
                _il.Emit(OpCodes.Ldc_R8, BitConverter.UInt64BitsToDouble(node.Bits));
            }
        }
        else if (node.Type == ValueType.V128)
        {
            _il.Emit(OpCodes.Ldc_I8, (long)(ulong)node.Vector);
            _il.Emit(OpCodes.Ldc_I8, (long)(ulong)(node.Vector >> 64));
            _il.Emit(OpCodes.Call, MakeVector);
            ClrTypes.Convert(_il, typeof(Vector128<ulong>), ClrTypes.Vector);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I8, (long)node.Bits);
        }
    }

    private void EmitSingle(uint bits)
    {
        if (float.IsNaN(BitConverter.UInt32BitsToSingle(bits)))
        {
            EmitOpaque(OpCodes.Stind_I4, OpCodes.Ldind_R4, () => _il.Emit(OpCodes.Ldc_I4, (int)bits));
        }
        else
        {
            _il.Emit(OpCodes.Ldc_R4, BitConverter.UInt32BitsToSingle(bits));
        }
    }

    // Through memory, and volatile, so that the JIT knows nothing of the bits.
    private void EmitOpaque(OpCode store, OpCode load, Action bits)
    {
        ContextAddress(InstanceLayout.Scratch);
        bits();
        _il.Emit(store);
        ContextAddress(InstanceLayout.Scratch);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(load);
    }

    // An instruction whose semantics are a C# method; a lane is the last operand.
    private void Operate(Opcode opcode, int lane)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        MethodInfo semantics = OpcodeSemantics.Find(opcode)!;
        int count = semantics.GetParameters().Length - (lane >= 0 ? 1 : 0);
        Node[] operands = Pop(count);
        if (opcode is Opcode.I32Rotl or Opcode.I32Rotr && operands.All(static o => o.Kind == NodeKind.Constant))
        {
            Push(RotatedConstant(opcode, (uint)operands[0].Bits, (int)operands[1].Bits));
            return;
        }

        ValueType type = info.IsPolymorphic ? ValueType.I32 : info.Results[0];
        bool isRaw = FloatArithmetic.Gives(opcode);
        Type clr = ClrTypes.IsVector(semantics.ReturnType) ? semantics.ReturnType : ClrTypes.Of(type);
        Push(Node.Operation(opcode, type, clr, operands, lane, CanTrap(opcode, operands), isRaw));
    }

    // The JIT of .NET 10 takes the result for an unsigned number, and then divides it as one.
    private static Node RotatedConstant(Opcode opcode, uint value, int count) => Node.Constant(
        ValueType.I32, opcode == Opcode.I32Rotl ? BitOperations.RotateLeft(value, count) : BitOperations.RotateRight(value, count));

    private static bool CanTrap(Opcode opcode, Node[] operands) => opcode switch
    {
        Opcode.I32DivU or Opcode.I32RemU or Opcode.I64DivU or Opcode.I64RemU or Opcode.I32RemS or Opcode.I64RemS =>
            operands[1].Kind != NodeKind.Constant || operands[1].Bits == 0,
        Opcode.I32DivS => !IsHarmless(operands[1], 0xFFFFFFFF),
        Opcode.I64DivS => !IsHarmless(operands[1], ulong.MaxValue),
        Opcode.I32TruncF32S or Opcode.I32TruncF32U or Opcode.I32TruncF64S or Opcode.I32TruncF64U or
            Opcode.I64TruncF32S or Opcode.I64TruncF32U or Opcode.I64TruncF64S or Opcode.I64TruncF64U => true,
        _ => false,
    };

    // A divisor that is neither 0 nor -1.
    private static bool IsHarmless(Node divisor, ulong minusOne) =>
        divisor.Kind == NodeKind.Constant && divisor.Bits != 0 && divisor.Bits != minusOne;

    private void EmitOperation(Node node)
    {
        if (node.Opcode == Opcode.I8x16Shuffle || node.Index >= 0 || !EmitDirectly(node))
        {
            EmitSemantics(node);
        }
    }

    private void EmitSemantics(Node node)
    {
        MethodInfo semantics = OpcodeSemantics.Find(node.Opcode)!;
        ParameterInfo[] parameters = semantics.GetParameters();
        for (int i = 0; i < node.Operands.Length; i++)
        {
            Node operand = node.Operands[i];
            Type seenAs = parameters[i].ParameterType;
            if (seenAs == operand.Clr)
            {
                Emit(operand);
            }
            else
            {
                EmitCanonical(operand);
            }

            ClrTypes.Convert(_il, operand.Clr, seenAs);
        }

        if (node.Index >= 0)
        {
            _il.Emit(OpCodes.Ldc_I4, node.Index);
        }

        _il.Emit(OpCodes.Call, semantics);
        ClrTypes.Convert(_il, semantics.ReturnType, node.Clr);
    }

    private static MethodInfo Method(Type type, string name) =>
        type.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
}
