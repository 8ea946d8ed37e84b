using System.Runtime.InteropServices;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>
/// The interpreter: register code that is threaded from handler to handler, over a frame stack in raw memory. It starts at once, can
/// be suspended at every safe point, and resumes anywhere at once, because capturing a stack is copying it.
/// </summary>
public sealed unsafe partial class InterpreterEngine : IBaselineEngine
{
    private readonly MemoryRange _stack;
    private readonly Machine _machine;
    private readonly CodeMap _code = new();
    private readonly MemoryCell* _noMemory;
    private readonly Instruction* _exit;
    private int _entryCapacity;
    private byte* _base;
    private bool _disposed;

    /// <summary>Makes the engine of a runtime.</summary>
    /// <exception cref="LinkException">Memory for the frame stack cannot be had.</exception>
    public InterpreterEngine(RuntimeContext context)
    {
        Context = context;
        ulong stackBytes = (context.Configure.MaxStackBytes + 0xFFFF) & ~0xFFFFUL;
        _stack = context.MemorySource.Reserve(stackBytes, AllocationUsage.Stack);
        try
        {
            _stack.Commit(0, stackBytes);
        }
        catch
        {
            _stack.Dispose();
            throw;
        }

        _noMemory = (MemoryCell*)NativeMemory.AllocZeroed((nuint)sizeof(MemoryCell));
        _base = (byte*)_stack.Address;
        var builder = new CodeBuilder();
        builder.Emit(new HandlerKey(HandlerForm.Exit));
        _exit = builder.Finish();
        MemoryReturns = new MemoryReturns(this);
        _machine = new Machine(this, context) { StackBase = _base, StackLimit = _base + stackBytes, Memory = _noMemory };
    }

    /// <inheritdoc/>
    public string Name => "interpreter";

    /// <summary>
    /// Has the JIT compile the code that most programs run through, which otherwise waits for its first use; from any thread, which it takes some tens of milliseconds.
    /// </summary>
    public static void Prepare() => HandlerFactory.EmitCommon();

    internal RuntimeContext Context { get; }

    /// <summary>How tail calls into other instances return.</summary>
    internal MemoryReturns MemoryReturns { get; }

    /// <inheritdoc/>
    public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        byte* frame = _base;
        FunctionEntry* entry = EntryOf(function);
        int slots = Math.Max(function.Type.ParameterSlots, function.Type.ResultSlots);
        if (frame + (slots * 8L) > _machine.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        arguments.CopyTo(new Span<ulong>(frame, slots));
        _machine.FramePointer = null;
        return Run(entry, null, frame, results[..function.Type.ResultSlots]);
    }

    /// <inheritdoc/>
    public ExecutionOutcome Resume(CallStack stack, Span<ulong> results)
    {
        byte* frame = _base;
        FunctionType type = Context.Store.Functions[stack.Frames[0].FunctionAddress].Type;
        return Run(null, stack, frame, results[..type.ResultSlots]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _code.Free();
        for (int i = 0; i < _entryCapacity; i++)
        {
            NativeMemory.Free(_machine.Entries[i]);
        }

        NativeMemory.Free(_machine.Entries);
        NativeMemory.Free(_exit);
        MemoryReturns.Free();
        NativeMemory.Free(_noMemory);
        _stack.Dispose();
    }

    /// <summary>What a call of the function needs; made on demand. Lowering waits for the first call.</summary>
    internal FunctionEntry* EntryOf(FunctionInstance function)
    {
        EnsureEntries();
        FunctionEntry* entry = _machine.Entries[function.Address];
        if (entry == null || !ReferenceEquals(function.EngineData, _code))
        {
            entry = entry == null ? (FunctionEntry*)NativeMemory.Alloc((nuint)sizeof(FunctionEntry)) : entry;
            *entry = new FunctionEntry
            {
                FrameBytes = FunctionEntry.NotLowered,
                ParameterBytes = function.Type.ParameterSlots * 8L,
                Memory = function.Module is { } module ? MemoryOf(module) : _noMemory,
                Address = function.Address,
                TypeNumber = function.TypeNumber,
            };
            _machine.Entries[function.Address] = entry;
            function.EngineData = _code;
        }

        return entry;
    }

    /// <summary>The memory 0 of an instance, or a cell of length 0.</summary>
    internal MemoryCell* MemoryOf(ModuleInstance instance) => instance.Memories.Length > 0 ? instance.Memories[0].Cell : _noMemory;

    /// <summary>Lowers a function at its first call.</summary>
    /// <exception cref="TrapException">Its code could not be fetched.</exception>
    internal void Lower(FunctionEntry* entry)
    {
        FunctionInstance function = Context.Store.Functions[entry->Address];
        function.EnsureBody();
        var lowerer = new Lowerer(this, function);
        LoweredFunction lowered = lowerer.Lower();
        _code.Add(lowered);
        entry->Code = lowered.Code;
        entry->LinkOffset = lowerer.LinkOffset;
        entry->FrameBytes = entry->IsHandedOver ? FunctionEntry.NotLowered : lowered.FrameBytes;
    }

    /// <summary>The lowered code of a function.</summary>
    internal LoweredFunction LoweredAt(int functionAddress)
    {
        FunctionEntry* entry = EntryOf(Context.Store.Functions[functionAddress]);
        if (entry->Code == null)
        {
            Lower(entry);
        }

        return _code.Find(entry->Code);
    }

    /// <summary>The lowered code that an instruction is of.</summary>
    internal LoweredFunction LoweredAt(Instruction* instruction) => _code.Find(instruction);

    /// <summary>Whether an instruction is where computations leave the interpreter.</summary>
    internal bool IsExit(Instruction* instruction) => instruction == _exit;

    /// <summary>Sets the locals that are no parameters to zero.</summary>
    internal void ZeroLocals(FunctionEntry* entry, byte* frame)
    {
        LoweredFunction lowered = _code.Find(entry->Code);
        new Span<ulong>(frame, lowered.LocalSlots)[lowered.ParameterSlots..].Clear();
    }

    /// <summary>The entry of the function at an address; the address must be one of the Store.</summary>
    internal FunctionEntry* EntryAt(int address) => EntryOf(Context.Store.Functions[address]);

    /// <summary>Calls a host function, which may call Wasm again; that then runs above the caller's frame.</summary>
    internal HostOutcome CallHost(FunctionInstance function, ModuleInstance caller, byte* arguments, Span<ulong> results)
    {
        OuterState outer;
        EnterOutside(arguments + (Math.Max(function.Type.ParameterSlots, function.Type.ResultSlots) * 8), &outer);
        try
        {
            return function.Host!(new HostCall(Context, caller, new ReadOnlySpan<ulong>(arguments, function.Type.ParameterSlots), results));
        }
        finally
        {
            LeaveOutside(outer);
        }
    }

    // Calls the function of an entry, or goes on with a stack. Compiled code comes here for each call of what it cannot call itself, so nothing is allocated.
    private ExecutionOutcome Run(FunctionEntry* entry, CallStack? stack, byte* frame, Span<ulong> results)
    {
        _machine.SuspendedAt = null;
        _machine.SuspendedAbove = null;
        _machine.InstructionPointer = null;
        OuterState* before = _outside;
        try
        {
            Instruction* first = stack is null
                ? ManagedOperations.Enter(_machine, entry, frame, _exit)
                : _machine.ResumedAt = StackCopier.Restore(this, _machine, stack, frame, _exit);
            if (first != null)
            {
                Dispatch(first);
            }
        }
        catch (TrapException trap) when (!Trace(trap, before))
        {
            throw;
        }

        if (_machine.SuspendedAt != null)
        {
            return new ExecutionOutcome(StackCopier.Capture(this, _machine));
        }

        new Span<ulong>(frame, results.Length).CopyTo(results);
        return ExecutionOutcome.Completed;
    }

    // SAFETY: handlers are methods of this signature, made by HandlerFactory, and live as long as the process.
    private void Dispatch(Instruction* first) => ((delegate*<nint, nint, nint, ulong, Machine, void>)first->Handler)(
        (nint)first, (nint)_machine.FramePointer, (nint)_machine.Memory->Base, _machine.Memory->LengthBytes, _machine);

    private void EnsureEntries()
    {
        int count = Context.Store.Functions.Count;
        if (count <= _entryCapacity)
        {
            return;
        }

        int capacity = Math.Max(count, _entryCapacity * 2);
        _machine.Entries = (FunctionEntry**)NativeMemory.Realloc(_machine.Entries, (nuint)capacity * (nuint)sizeof(FunctionEntry*));
        new Span<nint>(_machine.Entries, capacity)[_entryCapacity..].Clear();
        _entryCapacity = capacity;
    }
}
