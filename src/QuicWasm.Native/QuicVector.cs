namespace QuicWasm.Native;

/// <summary>ngtcp2_vec: bytes and how many.</summary>
internal unsafe struct QuicVector
{
    public byte* Base;
    public nuint Length;
}
