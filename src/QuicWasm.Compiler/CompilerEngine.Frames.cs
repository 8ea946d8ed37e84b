using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// A suspension: each function writes its frame and returns, callee first.
// SAFETY: there is one place where frames are written, large enough for the largest that is compiled; it is read before the next frame is written.
public sealed unsafe partial class CompilerEngine
{
    private readonly List<Frame> _frames = [];
    private readonly ulong* _frame;
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

    /// <summary>Adds the frame that was written, the next one outwards.</summary>
    internal void AddFrame(FunctionInstance function, int pc, int localSlots, int operandSlots, int callPc)
    {
        ReadOnlySpan<ulong> slots = new(_frame, localSlots + operandSlots);
        if (Unwinding != UnwindingState.HostCall)
        {
            _frames.Add(new Frame(function.Address, pc, [.. slots[..localSlots]], [.. slots[localSlots..]]));
            return;
        }

        bool isIndirect = callPc < -1;
        ReadOnlySpan<ulong> index = isIndirect ? [(ulong)(uint)_hostTableIndex] : [];
        Unwinding = UnwindingState.Frames;
        _frames.Add(new Frame(
            function.Address, isIndirect ? -2 - callPc : callPc, [.. slots[..localSlots]], [.. slots[localSlots..], .. _hostArguments, .. index]));
    }

    /// <summary>At a function's entry that has something to ask: writes its first frame.</summary>
    internal nint EnterSlowly(FunctionInstance function, ulong* arguments)
    {
        FunctionLayout layout = function.Module!.Module.Layout(function.DefinedIndex);
        var frame = new Span<ulong>(_frame, layout.LocalSlots);
        new ReadOnlySpan<ulong>(arguments, function.Type.ParameterSlots).CopyTo(frame);
        frame[function.Type.ParameterSlots..].Clear();
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

        ModuleCode code = ModuleCode.Of(function.Module!.Module);
        if (!Context.Interruption.OnSafePoint())
        {
            return code.Compile([new CodeKey(function.DefinedIndex, pc)])[0].Pointer;
        }

        AddFrame(function, pc, localSlots, operandSlots, -1);
        Unwinding = UnwindingState.Frames;
        return code.Signatures[function.Type].Leave;
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
