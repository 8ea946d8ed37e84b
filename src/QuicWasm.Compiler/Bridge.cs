using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>What compiled code calls. The first argument is the block of the calling instance.</summary>
// SAFETY: contexts are blocks of live engines, which compiled code got as its own first argument; indices were validated with the code.
internal static unsafe partial class Bridge
{
    /// <summary>A trap, to be thrown.</summary>
    public static Exception OutOfBounds() => new TrapException(TrapKind.OutOfBoundsMemoryAccess);

    /// <summary>A trap, to be thrown.</summary>
    public static Exception Unreachable() => new TrapException(TrapKind.Unreachable);

    /// <summary>At a function's entry where the stack limit was passed: traps, or says whether to suspend here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool EnterSlowly(nint context)
    {
        byte here;
        CompilerEngine engine = EngineOf(context);
        return (ulong)&here >= engine.Context.Interruption.StackLimit
            ? IsAskedToSuspend(context)
            : throw new TrapException(TrapKind.CallStackExhausted);
    }

    /// <summary>At a safe point that has something to ask: says whether to suspend here.</summary>
    public static bool IsAskedToSuspend(nint context)
    {
        CompilerEngine engine = EngineOf(context);
        if (!engine.IsAskedToSuspend())
        {
            return false;
        }

        engine.Unwinding = UnwindingState.Frames;
        return true;
    }

    /// <summary>Gives the slots of a frame that is being written, locals first.</summary>
    /// <param name="context">The block.</param>
    /// <param name="definedIndex">The function.</param>
    /// <param name="pc">Where the frame goes on.</param>
    /// <param name="localSlots">Slots of its locals.</param>
    /// <param name="operandSlots">Slots of its operands.</param>
    /// <param name="callPc">Where it goes on if it is a call of the host that was interrupted.</param>
    /// <param name="isIndirect">Whether that call takes an index of a table.</param>
    public static nint BeginFrame(nint context, int definedIndex, int pc, int localSlots, int operandSlots, int callPc, int isIndirect) =>
        EngineOf(context).BeginFrame(InstanceOf(context).DefinedFunction(definedIndex), pc, localSlots, operandSlots, callPc, isIndirect != 0);

    /// <summary>What stubs do: calls the function whose address was left in the block, which may be of the host, or not be compiled.</summary>
    public static void CallFromCode(nint context, ulong* slots)
    {
        var header = (InstanceHeader*)context;
        EngineOf(context).CallFromCode(header->Callee, header->Caller, slots);
    }

    /// <summary>Whether a tail call is of the host; any other function is compiled now, so that tail calls never nest.</summary>
    public static bool IsHostTailCall(nint context, int functionIndex) =>
        EngineOf(context).IsHostTailCall(InstanceOf(context).Functions[functionIndex]);

    /// <summary>As <see cref="IsHostTailCall"/>, of a function by its address.</summary>
    public static bool IsHostTailCallOf(nint context, int address)
    {
        CompilerEngine engine = EngineOf(context);
        return engine.IsHostTailCall(engine.Context.Store.Functions[address]);
    }

    /// <summary>The entry of an element that the fast path did not take; traps where there is none of the type.</summary>
    public static nint ResolveIndirect(nint context, int table, int index, int type)
    {
        CompilerEngine engine = EngineOf(context);
        ModuleInstance instance = InstanceOf(context);
        TableInstance elements = instance.Tables[table];
        if ((uint)index >= (uint)elements.Length)
        {
            throw new TrapException(TrapKind.UndefinedElement);
        }

        ulong reference = elements.Get((uint)index);
        if (reference == Reference.Null)
        {
            throw new TrapException(TrapKind.UninitializedElement);
        }

        EntryPoint* entry = engine.Entry(Reference.FunctionAddress(reference));
        return entry->Type == engine.TypeNumber(instance.Module.Module.Types[type])
            ? (nint)entry
            : throw new TrapException(TrapKind.IndirectCallTypeMismatch);
    }

    /// <summary>The engine of a block.</summary>
    public static CompilerEngine EngineOf(nint context) =>
        Unsafe.As<CompilerEngine>(GCHandle.FromIntPtr(((InstanceHeader*)context)->Engine).Target!);

    private static ModuleInstance InstanceOf(nint context) =>
        EngineOf(context).Context.Store.Modules[((InstanceHeader*)context)->Instance];

    private static FunctionInstance DefinedFunction(this ModuleInstance instance, int definedIndex) =>
        instance.Functions[instance.Module.ImportedFunctionCount + definedIndex];
}
