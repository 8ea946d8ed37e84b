using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// A suspension: each function writes its frame and returns, callee first.
// SAFETY: there is one place where frames are written, large enough for the largest that is compiled; what is written is
// taken away before the next frame is. It is zero again then: locals that are not live are not written.
public sealed unsafe partial class CompilerEngine
{
    private readonly List<Frame> _frames = [];
    private readonly Dictionary<long, nint> _versions = [];
    private readonly ulong* _frame;
    private readonly ulong* _versionFrame;
    private ulong[] _hostArguments = [];
    private int _hostTableIndex;
    private UnwindingState _unwinding;

    /// <summary>What callers find after a call; the same in every block.</summary>
    internal UnwindingState Unwinding
    {
        get => _unwinding;
        set
        {
            _unwinding = value;
            foreach (nint block in _blocks)
            {
                ((InstanceHeader*)block)->SafePoint.Unwinding = (int)value;
            }
        }
    }

    /// <summary>Adds the frame that was written, the next one outwards; forgets it where it is an exception that takes the stack down.</summary>
    internal void AddFrame(FunctionInstance function, int pc, int localSlots, int operandSlots, int callPc)
    {
        Span<ulong> slots = new(_frame, localSlots + operandSlots);
        if (Unwinding == UnwindingState.Exception)
        {
            slots.Clear();
            Pass(function, pc);
            return;
        }

        ImmutableArray<ulong> locals = [.. slots[..localSlots]];
        ImmutableArray<ulong> operands = [.. slots[localSlots..]];
        slots.Clear();
        if (Unwinding == UnwindingState.HostCall)
        {
            bool isIndirect = callPc < -1;
            pc = isIndirect ? -2 - callPc : callPc;
            operands = isIndirect ? [.. operands, .. _hostArguments, (uint)_hostTableIndex] : [.. operands, .. _hostArguments];
            Unwinding = UnwindingState.Frames;
        }

        _frames.Add(new Frame(function.Address, pc, locals, operands));
    }

    /// <summary>At a function's entry that has something to ask: writes its first frame.</summary>
    internal nint EnterSlowly(FunctionInstance function, ulong* arguments)
    {
        // Code that came from elsewhere may run before the function's body has arrived.
        function.EnsureBody();
        FunctionLayout layout = function.Module!.Module.Layout(function.DefinedIndex);
        new ReadOnlySpan<ulong>(arguments, function.Type.ParameterSlots).CopyTo(new Span<ulong>(_frame, layout.LocalSlots));
        return AfterPoll(function, layout.EntryPc, layout.LocalSlots, 0);
    }

    /// <summary>Counts a safe point whose frame is written, and gives the code that goes on.</summary>
    internal nint AfterPoll(FunctionInstance function, int pc, int localSlots, int operandSlots)
    {
        byte here;
        if ((ulong)&here < Context.Interruption.StackLimit)
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        ModuleCode code = CodeOf(function.Module!);
        if (!Context.Interruption.OnSafePoint())
        {
            Span<ulong> slots = new(_frame, localSlots + operandSlots);
            slots.CopyTo(new Span<ulong>(_versionFrame, slots.Length));
            slots.Clear();
            return VersionAt(function, pc, code);
        }

        AddFrame(function, pc, localSlots, operandSlots, -1);
        Unwinding = UnwindingState.Frames;
        return code.SignatureOf(function.Type).Leave;
    }

    // Where safe points are counted, this is asked at each of them.
    private nint VersionAt(FunctionInstance function, int pc, ModuleCode code)
    {
        long key = ((long)function.Address << 32) | (uint)pc;
        if (!_versions.TryGetValue(key, out nint version))
        {
            function.EnsureBody();
            version = code.Compile([new CodeKey(function.DefinedIndex, pc)])[0].Pointer;
            _versions.Add(key, version);
        }

        return version;
    }

    private void InterruptCall(ReadOnlySpan<ulong> arguments, int tableIndex)
    {
        _hostArguments = arguments.ToArray();
        _hostTableIndex = tableIndex;
        Unwinding = UnwindingState.HostCall;
    }

    private void AddFrames(CallStack stack) => _frames.AddRange(stack.Frames.Reverse());

    private CallStack TakeFrames()
    {
        _frames.Reverse();
        ImmutableArray<Frame> frames = [.. _frames];
        _frames.Clear();
        return new CallStack(frames);
    }
}
