using System.Runtime.InteropServices;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>When functions are compiled.</summary>
public enum CompileMode
{
    /// <summary>Functions start in the baseline engine; those that run often are compiled in the background.</summary>
    Tiered,

    /// <summary>Every function is compiled at its first call.</summary>
    Eager,
}

/// <summary>
/// The compiled engine: WebAssembly to CIL, which the JIT compiles on. It stands on an engine that starts at once: that one runs what is not
/// compiled, and every frame that is resumed, until its next call or loop header.
/// </summary>
// SAFETY: blocks, entries and frames that are being written are native memory of this engine, freed when it is disposed and nothing runs.
public sealed unsafe partial class CompilerEngine : IEngine, ITier, IPortableCode
{
    /// <summary>Kept free for host functions and the runtime itself, below what programs may use.</summary>
    private const ulong StackReserveBytes = 256 * 1024;

    private const int SlotsOnStack = 256;

    private readonly IBaselineEngine _baseline;
    private readonly CompileMode _mode;
    private readonly bool _hasSafePoints;
    private readonly HotCode _hot;
    private GCHandle _handle;
    private ulong* _results;
    private int _depth;
    private Thread? _thread;
    private ThreadStack _stack;

    /// <summary>Makes the engine of a runtime.</summary>
    /// <param name="context">The runtime.</param>
    /// <param name="baseline">Makes the engine that it stands on, which it owns.</param>
    /// <param name="mode">When functions are compiled.</param>
    /// <param name="hasSafePoints">
    /// Whether compiled code can be captured. Without safe points a program can be frozen in the baseline only, and endless loops do not stop: it is
    /// there to measure what safe points cost.
    /// </param>
    /// <param name="cache">Where compiled code is kept from one process to the next, or null.</param>
    public CompilerEngine(
        RuntimeContext context,
        Func<RuntimeContext, IBaselineEngine> baseline,
        CompileMode mode = CompileMode.Tiered,
        bool hasSafePoints = true,
        CodeCache? cache = null)
    {
        _cache = cache;
        _hasSafePoints = hasSafePoints;
        if (hasSafePoints)
        {
            context.Store.Exceptions.CollectionWanted = context.Interruption.RequestPause;
        }

        Context = context;
        _mode = mode;
        _baseline = baseline(context);
        _baseline.Attach(this);
        _hot = new HotCode(context, CodeOf, OnCompiled);
        _handle = GCHandle.Alloc(this);
        _emptyMemory = (MemoryCell*)NativeMemory.AllocZeroed((nuint)sizeof(MemoryCell));
        _frame = (ulong*)NativeMemory.AllocZeroed(ModuleCode.FrameSlotLimit, sizeof(ulong));
        _versionFrame = (ulong*)NativeMemory.AllocZeroed(ModuleCode.FrameSlotLimit, sizeof(ulong));
        _hostBlock = NewBlock(sizeof(InstanceHeader), -1);
    }

    /// <inheritdoc/>
    public string Name => _mode == CompileMode.Eager ? "compiler" : "tiered";

    /// <summary>What was seen running, and what was compiled; not while a computation runs.</summary>
    public IReadOnlyList<FunctionProfile> Profile =>
    [
        .. _compileTimes.Keys.Union(_hot.Heat.Keys).Select(k => new FunctionProfile(
            k.Function.DisplayName,
            k.LoopPc,
            _hot.Heat.GetValueOrDefault(k),
            _compileTimes.TryGetValue(k, out (TimeSpan Time, bool IsOffered) compiled) ? compiled.Time : null,
            compiled.IsOffered)),
    ];

    internal RuntimeContext Context { get; }

    /// <inheritdoc/>
    public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        Enter();
        try
        {
            return AfterCollection(
                IsReady(function) ? CallCompiled(function, arguments, results) : _baseline.Invoke(function, arguments, results), results);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public ExecutionOutcome Resume(CallStack stack, Span<ulong> results)
    {
        Enter();
        try
        {
            WatchBaseline();
            return AfterCollection(_baseline.Resume(stack, results), results);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_handle.IsAllocated)
        {
            return;
        }

        _hot.Dispose();
        KeepCode();
        _baseline.Dispose();
        FreeBlocks();
        NativeMemory.Free(_results);
        NativeMemory.Free(_frame);
        NativeMemory.Free(_versionFrame);
        _handle.Free();
    }

    private ModuleCode CodeOf(ModuleInstance instance) => ModuleVariants.Of(instance.Module, VariantOf(instance));

    private CodeVariant VariantOf(ModuleInstance instance) =>
        new(instance.Memories.Length > 0 && instance.Memories[0].IsGuarded, _hasSafePoints);

    /// <summary>Calls what a stub stands for.</summary>
    internal void CallFromCode(int address, nint caller, ulong* slots)
    {
        FunctionInstance function = Context.Store.Functions[address];
        if (function.Host is not null)
        {
            CallHost(function, caller, slots);
            return;
        }

        byte here;
        if ((ulong)&here < Context.Interruption.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        var arguments = new ReadOnlySpan<ulong>(slots, function.Type.ParameterSlots);
        var results = new Span<ulong>(slots, function.Type.ResultSlots);
        if (IsReady(function))
        {
            EnterCode(function, slots);
            return;
        }

        WatchBaseline();
        try
        {
            if (_baseline.Invoke(function, arguments, results).Stack is { } stack)
            {
                AddFrames(stack);
                Unwinding = UnwindingState.Frames;
            }
        }
        catch (TrapException trap) when (IsState(trap))
        {
            Throw(trap.Thrown!, trap.Trace);
        }
    }

    /// <summary>Whether a tail call is of the host; any other function is compiled now, if it can be.</summary>
    internal bool IsHostTailCall(FunctionInstance function)
    {
        if (function.Host is null)
        {
            _ = TryCompile(function);
        }

        return function.Host is not null;
    }

    private void CallHost(FunctionInstance function, nint caller, ulong* slots)
    {
        var header = (InstanceHeader*)caller;
        int tableIndex = header->TableIndex;
        var arguments = new ReadOnlySpan<ulong>(slots, function.Type.ParameterSlots);
        if (header->SafePoint.Poll != 0 && Context.Interruption.OnSafePoint())
        {
            InterruptCall(arguments, tableIndex);
            return;
        }

        Span<ulong> results = stackalloc ulong[function.Type.ResultSlots];
        ModuleInstance instance = Context.Store.Modules[header->Instance];
        try
        {
            while (function.Host!(new HostCall(Context, instance, arguments, results)) == HostOutcome.Interrupted)
            {
                if (Context.Interruption.IsRequested)
                {
                    InterruptCall(arguments, tableIndex);
                    return;
                }
            }
        }
        catch (TrapException trap) when (IsState(trap))
        {
            Throw(trap.Thrown!, trap.Trace);
        }

        PrepareNew();
        results.CopyTo(new Span<ulong>(slots, results.Length));
    }

    private ExecutionOutcome CallCompiled(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        int count = Math.Max(1, Math.Max(arguments.Length, results.Length));
        ulong* slots = stackalloc ulong[Math.Min(count, SlotsOnStack)];
        using var memory = new SlotMemory(count > SlotsOnStack ? count : 0);
        slots = memory.Slots != null ? memory.Slots : slots;
        arguments.CopyTo(new Span<ulong>(slots, count));
        try
        {
            EnterCode(function, slots);
        }
        catch (TrapException trap) when (!Trace(trap))
        {
            throw;
        }
        catch (NullReferenceException fault) when (IsCompiled(fault))
        {
            throw Trap(fault);
        }

        return Finish(slots, results);
    }

    private void EnterCode(FunctionInstance function, ulong* slots)
    {
        EntryPoint* entry = Entry(function.Address);
        Signature signature = CodeOf(function.Module!).SignatureOf(function.Type);
        ((delegate*<nint, nint, ulong*, void>)signature.Enter)(entry->Code, entry->Context, slots);
    }

    private ExecutionOutcome Finish(ulong* slots, Span<ulong> results)
    {
        if (Unwinding == UnwindingState.Exception)
        {
            throw TakeThrown();
        }

        if (Unwinding != UnwindingState.None)
        {
            Unwinding = UnwindingState.None;
            return new ExecutionOutcome(TakeFrames());
        }

        new Span<ulong>(slots, results.Length).CopyTo(results);
        return ExecutionOutcome.Completed;
    }

    private void Enter()
    {
        if (_depth++ > 0)
        {
            return;
        }

        byte here;
        ulong top = (ulong)&here;
        if (_thread != Thread.CurrentThread)
        {
            _thread = Thread.CurrentThread;
            _stack = ThreadStack.Current();
        }

        ulong lowest = _stack.Lowest + Math.Min(StackReserveBytes, (top - _stack.Lowest) / 2);
        Context.Interruption.StackLimit = Math.Max(top - Math.Min(top, Context.Configure.MaxStackBytes), lowest);
        PrepareNew();
        PreheatNew();
        if (_mode == CompileMode.Tiered)
        {
            _hot.Start();
        }
    }

    private void Leave()
    {
        if (--_depth > 0)
        {
            return;
        }

        CollectAtEnd();
        if (_mode == CompileMode.Tiered)
        {
            _hot.Stop();
        }
    }
}
