using System.Buffers.Binary;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>References as they arrive: 8 bytes each, little endian; those to functions must be of the Store.</summary>
internal static class References
{
    public const int Bytes = 8;

    /// <exception cref="ImageException">The value is of a reference type and refers to nothing.</exception>
    public static void Check(Store store, ValueType type, ulong value, string where)
    {
        if (!store.IsValid(value, type))
        {
            throw new ImageException(ImageError.Corrupt, $"{where} has the reference {value}, which refers to nothing of type {type.Text()}");
        }
    }

    public static byte[] Encode(ReadOnlySpan<ulong> references)
    {
        var bytes = new byte[references.Length * Bytes];
        for (int i = 0; i < references.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * Bytes), references[i]);
        }

        return bytes;
    }

    public static ulong[] Decode(Store store, ValueType type, ReadOnlySpan<byte> bytes, string where)
    {
        var references = new ulong[bytes.Length / Bytes];
        for (int i = 0; i < references.Length; i++)
        {
            references[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * Bytes)..]);
            Check(store, type, references[i], where);
        }

        return references;
    }
}
