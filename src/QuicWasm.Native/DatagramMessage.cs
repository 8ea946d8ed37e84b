namespace QuicWasm.Native;

/// <summary>struct msghdr of 64-bit Linux.</summary>
internal unsafe struct DatagramMessage
{
    public byte* Name;
    public uint NameLength;
    public QuicVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}
