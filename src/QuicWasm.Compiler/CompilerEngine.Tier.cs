using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>How a function, or one of its loops, has run.</summary>
/// <param name="Function">The function's name for people.</param>
/// <param name="LoopPc">The header of the loop where a version is entered, or -1 for the function itself.</param>
/// <param name="Samples">How often it was seen running before it was compiled.</param>
/// <param name="CompileTime">How long compiling it took, the JIT included; null where it was not compiled.</param>
/// <param name="IsKept">Whether its code came from a cache, or from another node, so that only the JIT was left to do.</param>
public sealed record FunctionProfile(string Function, int LoopPc, int Samples, TimeSpan? CompileTime, bool IsKept);

// What is compiled when, and where the baseline hands over.
// SAFETY: cells that are written belong to blocks of live instances.
public sealed unsafe partial class CompilerEngine
{
    private readonly Lock _publishing = new();
    private readonly Dictionary<(int Address, int Pc), CompiledCode?> _loops = [];
    private readonly HashSet<int> _ready = [];
    private readonly HashSet<int> _refused = [];
    private readonly Dictionary<(FunctionInstance Function, int LoopPc), (TimeSpan Time, bool IsOffered)> _compileTimes = [];

    /// <inheritdoc/>
    public void OnSample(ReadOnlySpan<int> stack)
    {
        _hot.Answer();
        InstallFinished();
        if (_mode == CompileMode.Eager)
        {
            WatchBaseline();
            return;
        }

        for (int i = 0; i < stack.Length; i++)
        {
            FunctionInstance function = Context.Store.Functions[stack[i]];
            if (!_ready.Contains(function.Address))
            {
                _hot.Count(function, -1, isTop: i == 0);
            }
        }
    }

    /// <inheritdoc/>
    public bool Takes(FunctionInstance function) => IsReady(function);

    /// <inheritdoc/>
    public bool TakesLoop(FunctionInstance function, int pc)
    {
        if (_loops.TryGetValue((function.Address, pc), out CompiledCode? known))
        {
            return known is not null;
        }

        if (_mode == CompileMode.Tiered)
        {
            _hot.Count(function, pc, isTop: true);
            return false;
        }

        Use();
        CompiledCode? code = CodeOf(function.Module!).Compile([new CodeKey(function.DefinedIndex, pc)]).FirstOrDefault();
        InstallLoop(function, pc, code);
        return code is not null;
    }

    /// <inheritdoc/>
    public ExecutionOutcome Call(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        try
        {
            return CallCompiled(function, arguments, results);
        }
        finally
        {
            WatchBaseline();
        }
    }

    /// <inheritdoc/>
    public ExecutionOutcome Continue(
        FunctionInstance function, int pc, ReadOnlySpan<ulong> locals, ReadOnlySpan<ulong> operands, Span<ulong> results)
    {
        CompiledCode code = _loops[(function.Address, pc)]!;
        locals.CopyTo(new Span<ulong>(_versionFrame, locals.Length));
        operands.CopyTo(new Span<ulong>(_versionFrame + locals.Length, operands.Length));
        ulong* slots = stackalloc ulong[Math.Max(1, Math.Min(results.Length, SlotsOnStack))];
        using var resultMemory = new SlotMemory(results.Length > SlotsOnStack ? results.Length : 0);
        slots = resultMemory.Slots != null ? resultMemory.Slots : slots;
        try
        {
            Signature signature = CodeOf(function.Module!).SignatureOf(function.Type);
            ((delegate*<nint, nint, ulong*, void>)signature.EnterVersion)(code.Pointer, _instanceBlocks[function.Module!.Address], slots);
            return Finish(slots, results);
        }
        catch (TrapException trap) when (!Trace(trap))
        {
            throw;
        }
        catch (NullReferenceException fault) when (IsCompiled(fault))
        {
            throw Trap(fault);
        }
        finally
        {
            WatchBaseline();
        }
    }

    // Whether calls go to compiled code: it is there, or this is the time to make it.
    private bool IsReady(FunctionInstance function) =>
        _ready.Contains(function.Address) || (_mode == CompileMode.Eager ? TryCompile(function) : TryShared(function));

    private bool TryCompile(FunctionInstance function)
    {
        if (_ready.Contains(function.Address))
        {
            return true;
        }

        if (_refused.Contains(function.Address))
        {
            return false;
        }

        function.EnsureBody();
        Use();
        CompiledCode? code = CodeOf(function.Module!).Compile([new CodeKey(function.DefinedIndex, -1)]).FirstOrDefault();
        if (code is null)
        {
            _refused.Add(function.Address);
            return false;
        }

        Install(function, code);
        return true;
    }

    // Another runtime may have compiled it.
    private bool TryShared(FunctionInstance function)
    {
        if (ModuleVariants.Find(function.Module!.Module, VariantOf(function.Module)) is not { } shared || shared.Find(new CodeKey(function.DefinedIndex, -1)) is not { } code)
        {
            return false;
        }

        Use();
        Install(function, code);
        return true;
    }

    private void InstallFinished()
    {
        while (_hot.TryTake(out FunctionInstance? function, out int loopPc, out CompiledCode? code))
        {
            if (loopPc >= 0)
            {
                InstallLoop(function, loopPc, code);
            }
            else if (code is not null && !_ready.Contains(function.Address))
            {
                Use();
                Install(function, code);
            }
        }
    }

    private void InstallLoop(FunctionInstance function, int pc, CompiledCode? code)
    {
        if (code is not null)
        {
            Use();
            EnsureGlobals(function.Module!);
            _compileTimes[(function, pc)] = (code.Time, code.IsOffered);
        }

        _loops[(function.Address, pc)] = code;
    }

    private void Install(FunctionInstance function, CompiledCode code)
    {
        EnsureGlobals(function.Module!);
        lock (_publishing)
        {
            Publish(function, code);
        }

        _ready.Add(function.Address);
        _compileTimes[(function, -1)] = (code.Time, code.IsOffered);
        _baseline.HandOver(function);
    }

    // On the compiler's thread: compiled code that runs now finds it at its next call. The baseline learns of it at its next sample.
    private void OnCompiled(FunctionInstance function, CompiledCode code)
    {
        lock (_publishing)
        {
            ModuleInstance instance = function.Module!;
            if (instance.Address < _instanceBlocks.Count && function.Address + 1 < _entryCount && instance.Globals.All(static g => g.IsPresent))
            {
                Publish(function, code);
            }
        }
    }

    // RACE: code pointers are read without a lock; each is written at once, and what it was before stays right.
    private void Publish(FunctionInstance function, CompiledCode code)
    {
        ModuleInstance instance = function.Module!;
        int index = instance.Module.ImportedFunctionCount + function.DefinedIndex;
        var cell = (FunctionCell*)(_instanceBlocks[instance.Address] + CodeOf(instance).Layout.Function(index));
        Volatile.Write(ref Entry(function.Address)->Code, code.Pointer);
        Volatile.Write(ref cell->Code, code.Pointer);
        foreach (nint import in _importCells.GetValueOrDefault(function.Address, []))
        {
            Volatile.Write(ref ((FunctionCell*)import)->Code, code.Pointer);
        }
    }

    // Compiled code reads globals without asking whether they are here.
    private static void EnsureGlobals(ModuleInstance instance)
    {
        foreach (GlobalInstance global in instance.Globals)
        {
            global.EnsurePresent();
        }
    }

    // Where everything is compiled at once, the baseline is to ask at its next safe point already.
    private void WatchBaseline()
    {
        if (_mode == CompileMode.Eager)
        {
            Context.Interruption.RequestSample();
        }
    }
}
