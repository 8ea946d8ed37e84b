using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Where the interpreter stood when it called something outside that may call it again: on the stack of who does, in a chain outwards.</summary>
// SAFETY: values of the machine, put back as they were.
internal unsafe struct OuterState
{
    public OuterState* Next;
    public byte* Base;
    public byte* FramePointer;
    public Instruction* InstructionPointer;
    public MemoryCell* Memory;
}
