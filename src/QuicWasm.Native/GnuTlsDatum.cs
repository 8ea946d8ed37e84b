using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>gnutls_datum_t: bytes and how many.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GnuTlsDatum
{
    public byte* Data;
    public uint Length;
}
