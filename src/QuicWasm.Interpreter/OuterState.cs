using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Where the interpreter stood when it called something outside that may call it again.</summary>
// SAFETY: values of the machine, put back as they were.
internal unsafe struct OuterState
{
    public byte* Base;
    public byte* FramePointer;
    public Instruction* InstructionPointer;
    public MemoryCell* Memory;
}
