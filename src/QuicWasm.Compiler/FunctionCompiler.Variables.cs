using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Locals, globals, references, drop and select.
internal sealed partial class FunctionCompiler
{
    private bool Variable(Opcode opcode, ref CodeReader reader)
    {
        switch (opcode)
        {
            case Opcode.LocalGet:
                int read = (int)reader.ReadU32();
                Push(Node.Local(read, _localTypes[read], _scan.IsArithmetic(read), _scan.MayBeRotation(read)));
                return true;
            case Opcode.LocalSet:
                SetLocal((int)reader.ReadU32(), Pop());
                return true;
            case Opcode.LocalTee:
                int teed = (int)reader.ReadU32();
                SetLocal(teed, Pop());
                Push(Node.Local(teed, _localTypes[teed], _scan.IsArithmetic(teed), _scan.MayBeRotation(teed)));
                return true;
            case Opcode.GlobalGet:
                int global = (int)reader.ReadU32();
                Push(Node.Global(global, _module.GlobalTypes[global].ValueType));
                return true;
            case Opcode.GlobalSet:
                SetGlobal((int)reader.ReadU32());
                return true;
            case Opcode.Drop:
                Drop(Pop());
                return true;
            case Opcode.Select:
                Select();
                return true;
            case Opcode.SelectTyped:
                reader.SkipImmediate(ImmediateKind.ValueTypes);
                Select();
                return true;
            case Opcode.RefNull:
                Push(Node.Constant(reader.ReadHeapType(), Runtime.Reference.Null));
                return true;
            case Opcode.RefFunc:
                PushFunctionReference((int)reader.ReadU32());
                return true;
            case Opcode.RefAsNonNull:
                AsNonNull();
                return true;
            default:
                return false;
        }
    }

    private void SetLocal(int local, Node value)
    {
        ulong bit = Node.LocalBit(local);
        Settle(n => (n.Locals & bit) != 0);
        SettleBefore(value);
        if (_scan.IsArithmetic(local))
        {
            Emit(value);
        }
        else
        {
            EmitCanonical(value);
        }

        ClrTypes.Convert(_il, value.Clr, ClrTypes.Of(_localTypes[local]));
        StoreLocal(local);
        _checked = _checked.Without(local);
    }

    private void SetGlobal(int global)
    {
        Node value = Pop();
        Settle(n => n.IsUnsafe || n.ReadsGlobal);
        value = value.IsUnsafe ? Spilled(value) : value;
        LoadContext(_layout.Global(global), OpCodes.Ldind_I);
        EmitCanonical(value);
        ClrTypes.StoreSlot(_il, value.Clr);
    }

    private void Drop(Node value)
    {
        if (!value.IsUnsafe)
        {
            return;
        }

        SettleBefore(value);

        // Of a load that nothing uses the JIT would keep a part only.
        if (value.CanFault)
        {
            ContextAddress(InstanceLayout.Scratch);
            Emit(value);
            ClrTypes.StoreSlot(_il, value.Clr);
        }
        else
        {
            Emit(value);
            _il.Emit(OpCodes.Pop);
        }
    }

    private void PushFunctionReference(int function)
    {
        LocalBuilder local = TakeLocal(typeof(long));
        LoadContext(_layout.Function(function) + 16, OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Stloc, local);
        _stack.Add(Node.Temp(local, ValueType.FuncRef, isOwner: true));
    }

    private void Select()
    {
        Node condition = Pop();
        if (condition.IsUnsafe)
        {
            SettleTraps();
            condition = Spilled(condition);
        }

        SettleTraps();
        Node second = Pop();
        Node first = Pop();
        Type type = ClrTypes.Of(first.Type);
        LocalBuilder result = TakeLocal(type);
        bool isRaw = first.IsRaw && second.IsRaw;
        EmitSelected(second, isRaw, result);
        Label done = _il.DefineLabel();
        EmitBranch(condition, done, isNegated: true);
        EmitSelected(first, isRaw, result);
        _il.MarkLabel(done);
        _stack.Add(Node.Temp(result, first.Type, isOwner: true, isRaw, first.IsRotation || second.IsRotation));
    }

    private void EmitSelected(Node node, bool isRaw, LocalBuilder result)
    {
        if (isRaw)
        {
            Emit(node);
        }
        else
        {
            EmitCanonical(node);
        }

        ClrTypes.Convert(_il, node.Clr, result.LocalType);
        _il.Emit(OpCodes.Stloc, result);
    }
}
