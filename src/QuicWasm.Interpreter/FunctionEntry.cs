using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>What a call needs of its callee, in raw memory that never moves.</summary>
// SAFETY: entries are freed with the engine only; Code and Memory live as long as the function's instance.
internal unsafe struct FunctionEntry
{
    /// <summary>Frame length of a function that is not lowered yet, of the host, or of another tier: too long for any stack, so that a call takes the slow path.</summary>
    public const long NotLowered = 1L << 62;

    /// <summary>First instruction.</summary>
    public Instruction* Code;

    /// <summary>Bytes of its frame: locals, link and operands.</summary>
    public long FrameBytes;

    /// <summary>Where the link (return address, caller's frame, this entry) stands in the frame: behind the locals.</summary>
    public long LinkOffset;

    /// <summary>Bytes of its parameters, which begin its frame.</summary>
    public long ParameterBytes;

    /// <summary>The memory 0 of its instance, or of none.</summary>
    public MemoryCell* Memory;

    /// <summary>Address of the function in the Store.</summary>
    public int Address;

    /// <summary>Number of its type in the Store: equal types have equal numbers.</summary>
    public int TypeNumber;

    /// <summary>Whether calls go to the faster tier.</summary>
    public bool IsHandedOver;
}
