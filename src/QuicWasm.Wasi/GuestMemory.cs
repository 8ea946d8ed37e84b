using System.Buffers.Binary;
using System.Text.Unicode;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Arguments of calls, and the memory that they point to.</summary>
internal static class GuestMemory
{
    private const int VectorBytes = 8, VectorLimit = 256;

    /// <summary>An argument of 32 bits.</summary>
    public static uint U32(this in HostCall call, int index) => (uint)call.Arguments[index];

    /// <summary>An argument of 64 bits.</summary>
    public static ulong U64(this in HostCall call, int index) => call.Arguments[index];

    /// <summary>Bytes of the caller's memory; of ranges over 2 GiB the first 2 GiB.</summary>
    /// <exception cref="TrapException">They are outside of the memory: the program gets EFAULT.</exception>
    public static Span<byte> Bytes(this in HostCall call, uint offset, ulong lengthBytes)
    {
        MemoryInstance memory = call.Memory;
        return offset + lengthBytes <= memory.LengthBytes
            ? memory.Span(offset, Math.Min(lengthBytes, int.MaxValue))
            : throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
    }

    /// <summary>Where a result of 4 bytes goes, by the argument that points to it.</summary>
    public static Span<byte> Result4(this in HostCall call, int index) => call.Bytes(call.U32(index), 4);

    /// <summary>Where a result of 8 bytes goes, by the argument that points to it.</summary>
    public static Span<byte> Result8(this in HostCall call, int index) => call.Bytes(call.U32(index), 8);

    /// <summary>Writes a number of 32 bits.</summary>
    public static void Put(this Span<byte> target, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target, value);

    /// <summary>Writes a number of 64 bits.</summary>
    public static void Put(this Span<byte> target, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(target, value);

    /// <summary>A path, by the index of the argument that points to it; its length is the next argument.</summary>
    public static Errno Path(this in HostCall call, int index, out ReadOnlySpan<byte> path)
    {
        path = call.Bytes(call.U32(index), call.U32(index + 1));
        return path.IsEmpty ? Errno.NoEnt
            : path.Contains((byte)0) ? Errno.Inval
            : Utf8.IsValid(path) ? Errno.Success
            : Errno.IlSeq;
    }

    /// <summary>How many vectors are taken of so many; the rest is left, as a transfer may be short.</summary>
    public static int VectorCount(this in HostCall call, int index) => (int)Math.Min(call.U32(index), VectorLimit);

    /// <summary>Reads iovecs: the argument points to them. All of them are checked, and empty ones left out.</summary>
    /// <param name="call">The call.</param>
    /// <param name="index">The argument that points to them; the next is their count.</param>
    /// <param name="vectors">Where they go: as many as <see cref="VectorCount"/> says.</param>
    /// <returns>Those of <paramref name="vectors"/> that are used.</returns>
    public static Span<FileSystemVector> Vectors(this in HostCall call, int index, Span<FileSystemVector> vectors)
    {
        ReadOnlySpan<byte> wire = call.Bytes(call.U32(index), (ulong)call.U32(index + 1) * VectorBytes);
        int count = 0;
        for (int i = 0; i < vectors.Length; i++)
        {
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(wire[(i * VectorBytes)..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(wire[((i * VectorBytes) + 4)..]);
            Span<byte> bytes = call.Bytes(offset, length);
            if (!bytes.IsEmpty)
            {
                vectors[count++] = FileSystemVector.Over(bytes);
            }
        }

        return vectors[..count];
    }
}
