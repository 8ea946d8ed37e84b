using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// A suspension: each function writes its frame and returns, callee first.
// SAFETY: a frame's slots are allocated for the count that its function's code gives, and freed when the stack is taken.
public sealed unsafe partial class CompilerEngine
{
    private readonly List<PendingFrame> _frames = [];
    private ulong* _pollFrame;
    private int _pollSlots;
    private ulong[] _hostArguments = [];
    private int _hostTableIndex;
    private UnwindingState _unwinding;

    /// <summary>A frame that is being written, or one that another engine wrote.</summary>
    private readonly record struct PendingFrame(Frame? Whole, FunctionInstance? Function, int Pc, int LocalSlots, int OperandSlots, nint Slots);

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

    /// <summary>Gives the slots of the next frame outwards; its function writes locals and operands.</summary>
    internal nint BeginFrame(FunctionInstance function, int pc, int localSlots, int operandSlots, int callPc, bool isIndirect)
    {
        ReadOnlySpan<ulong> arguments = [];
        int index = 0;
        if (Unwinding == UnwindingState.HostCall)
        {
            arguments = _hostArguments;
            index = isIndirect ? 1 : 0;
            pc = callPc;
            Unwinding = UnwindingState.Frames;
        }

        int count = localSlots + operandSlots + arguments.Length + index;
        var slots = (ulong*)NativeMemory.AllocZeroed((nuint)Math.Max(1, count), sizeof(ulong));
        arguments.CopyTo(new Span<ulong>(slots + localSlots + operandSlots, arguments.Length));
        if (index > 0)
        {
            slots[count - 1] = (uint)_hostTableIndex;
        }

        _frames.Add(new PendingFrame(null, function, pc, localSlots, count - localSlots, (nint)slots));
        return (nint)slots;
    }

    /// <summary>Slots for one frame that goes on at once; they are read before the next one is written.</summary>
    internal nint PollFrame(int slots)
    {
        if (slots > _pollSlots)
        {
            _pollSlots = slots;
            _pollFrame = (ulong*)NativeMemory.Realloc(_pollFrame, (nuint)slots * sizeof(ulong));
        }

        return (nint)_pollFrame;
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

        int count = localSlots + operandSlots;
        var slots = (ulong*)NativeMemory.Alloc((nuint)Math.Max(1, count), sizeof(ulong));
        new ReadOnlySpan<ulong>(_pollFrame, count).CopyTo(new Span<ulong>(slots, count));
        _frames.Add(new PendingFrame(null, function, pc, localSlots, operandSlots, (nint)slots));
        Unwinding = UnwindingState.Frames;
        return code.Signatures[function.Type].Leave;
    }

    private void InterruptCall(ReadOnlySpan<ulong> arguments, int tableIndex)
    {
        _hostArguments = arguments.ToArray();
        _hostTableIndex = tableIndex;
        Unwinding = UnwindingState.HostCall;
    }

    private void AddFrames(CallStack stack)
    {
        foreach (Frame frame in stack.Frames.Reverse())
        {
            _frames.Add(new PendingFrame(frame, null, 0, 0, 0, 0));
        }
    }

    private CallStack TakeFrames()
    {
        ImmutableArray<Frame>.Builder frames = ImmutableArray.CreateBuilder<Frame>(_frames.Count);
        for (int i = _frames.Count - 1; i >= 0; i--)
        {
            PendingFrame pending = _frames[i];
            var slots = new ReadOnlySpan<ulong>((void*)pending.Slots, pending.LocalSlots + pending.OperandSlots);
            frames.Add(pending.Whole ?? new Frame(
                pending.Function!.Address, pending.Pc, [.. slots[..pending.LocalSlots]], [.. slots[pending.LocalSlots..]]));
        }

        FreeFrames();
        return new CallStack(frames.MoveToImmutable());
    }

    private void FreeFrames()
    {
        foreach (PendingFrame pending in _frames)
        {
            NativeMemory.Free((void*)pending.Slots);
        }

        _frames.Clear();
    }
}
