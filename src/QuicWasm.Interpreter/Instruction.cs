using System.Runtime.InteropServices;

namespace QuicWasm.Interpreter;

/// <summary>
/// One instruction of register code: 24 bytes. Registers are byte offsets from the frame pointer; jumps are byte offsets from the
/// instruction itself. Which operands mean what is said at each <see cref="HandlerForm"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct Instruction
{
    public const int Bytes = 24;
    public const int OffsetOfA = 8;
    public const int OffsetOfB = 12;
    public const int OffsetOfC = 16;
    public const int OffsetOfD = 20;
    public const int OffsetOfWide = 16;

    /// <summary>Address of the code that executes the instruction.</summary>
    [FieldOffset(0)]
    public nint Handler;

    /// <summary>Usually the register that is written.</summary>
    [FieldOffset(OffsetOfA)]
    public int A;

    /// <summary>Usually the first register that is read.</summary>
    [FieldOffset(OffsetOfB)]
    public int B;

    /// <summary>Usually the second register that is read, or a jump.</summary>
    [FieldOffset(OffsetOfC)]
    public int C;

    /// <summary>A third register.</summary>
    [FieldOffset(OffsetOfD)]
    public int D;

    /// <summary>A constant, an offset or an address; overlaps C and D.</summary>
    [FieldOffset(OffsetOfWide)]
    public long Wide;
}
