using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>
/// What compiled code calls. The first argument is the block of the calling instance. Nothing here is inlined: it is rarely run, and a call of the
/// system in it would cost every call of the compiled function.
/// </summary>
// SAFETY: contexts are blocks of live engines, which compiled code got as its own first argument; indices were validated with the code.
internal static unsafe partial class Bridge
{
    /// <summary>A trap, to be thrown.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Exception OutOfBounds() => new TrapException(TrapKind.OutOfBoundsMemoryAccess);

    /// <summary>A trap, to be thrown.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Exception Unreachable() => new TrapException(TrapKind.Unreachable);

    /// <summary>A trap, to be thrown.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Exception NullReference() => new TrapException(TrapKind.NullReference);

    /// <summary>A trap, to be thrown where a function is called through a reference that is null, or of another type.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Exception WrongReference(long reference) =>
        new TrapException((ulong)reference == Reference.Null ? TrapKind.NullFunctionReference : TrapKind.IndirectCallTypeMismatch);

    /// <summary>At a function's entry: traps at the end of the stack, else writes the function's first frame. The rest is <see cref="AfterPoll"/>'s.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint EnterSlowly(nint context, ulong* arguments)
    {
        FunctionInstance function = InstanceOf(context).DefinedFunction(((InstanceHeader*)context)->Entered);
        return EngineOf(context).EnterSlowly(function, arguments);
    }

    /// <summary>
    /// With the frame of a safe point written: gives the code that goes on with it, (block) -> result. That is a version of the function,
    /// or, where the computation is suspended, code that returns.
    /// </summary>
    /// <exception cref="TrapException">The stack, or the fuel, is at its end.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint AfterPoll(nint context, int definedIndex, int pc, int localSlots, int operandSlots) =>
        EngineOf(context).AfterPoll(InstanceOf(context).DefinedFunction(definedIndex), pc, localSlots, operandSlots);

    /// <summary>Adds the frame that has been written to those of the suspension.</summary>
    /// <param name="context">The block.</param>
    /// <param name="definedIndex">The function.</param>
    /// <param name="pc">Where the frame goes on.</param>
    /// <param name="localSlots">Slots of its locals.</param>
    /// <param name="operandSlots">Slots of its operands.</param>
    /// <param name="callPc">Where it goes on if it is a call of the host that was interrupted; below -1 for an indirect one: -2 less the pc.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddFrame(nint context, int definedIndex, int pc, int localSlots, int operandSlots, int callPc) =>
        EngineOf(context).AddFrame(InstanceOf(context).DefinedFunction(definedIndex), pc, localSlots, operandSlots, callPc);

    /// <summary>What stubs do: calls the function whose address was left in the block, which may be of the host, or not be compiled.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CallFromCode(nint context, ulong* slots)
    {
        var header = (InstanceHeader*)context;
        EngineOf(context).CallFromCode(header->Callee, header->Caller, slots);
    }

    /// <summary>Whether a tail call is of the host; any other function is compiled now, so that tail calls never nest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsHostTailCall(nint context, int functionIndex) =>
        EngineOf(context).IsHostTailCall(InstanceOf(context).Functions[functionIndex]);

    /// <summary>As <see cref="IsHostTailCall"/>, of a function by its address.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsHostTailCallOf(nint context, int address)
    {
        CompilerEngine engine = EngineOf(context);
        return engine.IsHostTailCall(engine.Context.Store.Functions[address]);
    }

    /// <summary>The entry of an element that the fast path did not take; traps where there is none of the type.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint ResolveIndirect(nint context, int table, ulong index, int type)
    {
        CompilerEngine engine = EngineOf(context);
        ModuleInstance instance = InstanceOf(context);
        TableInstance elements = instance.Tables[table];
        if (index >= (ulong)elements.Length)
        {
            throw new TrapException(TrapKind.UndefinedElement);
        }

        ulong reference = elements.Get(index);
        if (reference == Reference.Null)
        {
            throw new TrapException(TrapKind.UninitializedElement);
        }

        EntryPoint* entry = engine.Entry(Reference.FunctionAddress(reference));
        return entry->Type == instance.TypeNumbers[type]
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
