using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// References to functions, typed or not. A reference is 0, or one more than an address, which is the function's place among the entries.
internal sealed partial class FunctionCompiler
{
    private Label? _nullReference;

    private void CallReference(int typeIndex, int pc, int returnPc, bool isTail)
    {
        FunctionType type = _module.Module.Types[typeIndex];
        Node reference = Pop();
        SettleTraps();
        LocalBuilder wanted = TakeLocal(typeof(long));
        Emit(reference);
        _il.Emit(OpCodes.Stloc, wanted);
        CallEntry(type, entry => EmitReferred(typeIndex, wanted, entry), wanted, pc, returnPc, isTail);
        Release(wanted);
    }

    // SAFETY: references that code holds are those of the Store, or null, whose entry is of no type.
    private void EmitReferred(int typeIndex, LocalBuilder wanted, LocalBuilder entry)
    {
        Label slow = _il.DefineLabel();
        LoadContext(InstanceLayout.Entries, OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldloc, wanted);
        EmitEntryOffset();
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, entry);
        LoadField(entry, 16, OpCodes.Ldind_I4);
        LoadContext(_layout.Type(typeIndex), OpCodes.Ldind_I4);
        _il.Emit(OpCodes.Bne_Un, slow);
        _cold.Add(() =>
        {
            _il.MarkLabel(slow);
            _il.Emit(OpCodes.Ldloc, wanted);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), nameof(Bridge.WrongReference)));
            _il.Emit(OpCodes.Throw);
        });
    }

    private void EmitEntryOffset()
    {
        _il.Emit(OpCodes.Ldc_I4_5);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Conv_I);
    }

    private void AsNonNull()
    {
        Node reference = Settled(Pop());
        EmitAgain(reference);
        _nullReference ??= _il.DefineLabel();
        _il.Emit(OpCodes.Brfalse, _nullReference.Value);
        _stack.Add(reference);
    }

    private void BranchOnNull(ControlBlock target)
    {
        Node reference = Settled(Pop());
        SettleTop(target.BranchTypes.Length);
        Label past = _il.DefineLabel();
        EmitAgain(reference);
        _il.Emit(OpCodes.Brtrue, past);
        Branch(target);
        _il.MarkLabel(past);
        _stack.Add(reference);
    }

    // The reference is the last value of the branch.
    private void BranchOnNonNull(ControlBlock target)
    {
        _stack.Add(Settled(Pop()));
        SettleTop(target.BranchTypes.Length);
        Label past = _il.DefineLabel();
        EmitAgain(_stack[^1]);
        _il.Emit(OpCodes.Brfalse, past);
        Branch(target);
        _il.MarkLabel(past);
        Drop(Pop());
    }

    // A value that may be pushed more than once, with everything before it that can trap done.
    private Node Settled(Node value)
    {
        SettleTraps();
        return value.IsPlain ? value : Spilled(value);
    }
}
