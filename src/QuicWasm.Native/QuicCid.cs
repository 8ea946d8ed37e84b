using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>ngtcp2_cid: a connection id of up to 20 bytes, with its length.</summary>
internal unsafe struct QuicCid
{
    public nuint Length;
    private fixed byte _data[24];

    public QuicCid(ReadOnlySpan<byte> id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, QuicLayout.MaxCidBytes);
        Length = (nuint)id.Length;
        id.CopyTo(Span);
    }

    [UnscopedRef]
    public Span<byte> Span => MemoryMarshal.CreateSpan(ref _data[0], (int)Length);
}
