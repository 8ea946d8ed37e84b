using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>
/// What handlers share beside the registers: limits, and where managed operations find and leave the frame. One for each engine.
/// </summary>
// SAFETY: registers are offsets that the Lowerer made, inside of the frame that a call checked against the stack's end.
internal sealed unsafe class Machine(InterpreterEngine engine, RuntimeContext context)
{
    /// <summary>Beginning of the frame stack.</summary>
    public byte* StackBase;

    /// <summary>End of the frame stack.</summary>
    public byte* StackLimit;

    /// <summary>Not zero when a safe point has something to ask.</summary>
    public int* PollCell = (int*)context.Interruption.PollCell;

    /// <summary>The frame, at managed operations.</summary>
    public byte* FramePointer;

    /// <summary>The instruction, at managed operations and before those that can trap.</summary>
    public Instruction* InstructionPointer;

    /// <summary>The current instance's memory 0; a cell of length 0 where it has none.</summary>
    public MemoryCell* Memory;

    /// <summary>Entries of all functions, by address in the Store.</summary>
    public FunctionEntry** Entries;

    /// <summary>Where a suspended computation goes on; null when none is suspended.</summary>
    public Instruction* SuspendedAt;

    /// <summary>Where the latest resume began, until a call of the host that stands there has been issued.</summary>
    public Instruction* ResumedAt;

    /// <summary>The engine.</summary>
    public InterpreterEngine Engine { get; } = engine;

    /// <summary>The runtime.</summary>
    public RuntimeContext Context { get; } = context;

    /// <summary>Every instance.</summary>
    public Store Store { get; } = context.Store;

    /// <summary>A register of the current frame.</summary>
    public ulong this[int register]
    {
        get => *(ulong*)(FramePointer + register);
        set => *(ulong*)(FramePointer + register) = value;
    }

    /// <summary>The captured frames of another tier above the suspended one, or null.</summary>
    public CallStack? SuspendedAbove;

    /// <summary>Counts a safe point of the function that the instruction is of, and says whether to suspend here.</summary>
    public bool IsAskedToSuspend(Instruction* instruction)
    {
        if (Context.Interruption.TakeSample())
        {
            Engine.ShowSample(instruction);
        }

        return Context.Interruption.OnSafePoint();
    }

    /// <summary>Goes to another frame, and to the instruction there that a trap would be at: the two are always changed together.</summary>
    public void MoveTo(Instruction* instruction, byte* frame)
    {
        InstructionPointer = instruction;
        FramePointer = frame;
    }

    /// <summary>Goes back to the frame of a caller.</summary>
    public void LeaveTo(in FrameLink link) => MoveTo(Engine.MemoryReturns.Target(link.ReturnAddress), link.Caller);

    /// <summary>Suspends the computation, which goes on at the instruction. Gives null, which leaves the interpreter.</summary>
    public Instruction* SuspendAt(Instruction* instruction)
    {
        SuspendedAt = instruction;
        return null;
    }
}
