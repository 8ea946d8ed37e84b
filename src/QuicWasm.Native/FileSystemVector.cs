using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>One buffer of a gathered write or a scattered read; laid out as the system's struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct FileSystemVector
{
    private const int TouchBytes = 4096;

    private readonly byte* _address;
    private readonly nuint _lengthBytes;

    private FileSystemVector(byte* address, nuint lengthBytes)
    {
        _address = address;
        _lengthBytes = lengthBytes;
    }

    /// <summary>How many bytes it spans.</summary>
    public long LengthBytes => (long)_lengthBytes;

    /// <summary>
    /// A vector over bytes that do not move and stay for as long as the vector is used: linear memory, or the stack. Every page
    /// is touched, because a lazily fetched page that the kernel meets first may make the call fail.
    /// </summary>
    public static FileSystemVector Over(Span<byte> unmovable)
    {
        // SAFETY: the caller promises that the bytes are not on the managed heap.
        for (int offset = 0; offset < unmovable.Length; offset += TouchBytes)
        {
            _ = Volatile.Read(ref unmovable[offset]);
        }

        if (!unmovable.IsEmpty)
        {
            _ = Volatile.Read(ref unmovable[^1]);
        }

        return new FileSystemVector((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(unmovable)), (nuint)unmovable.Length);
    }

    /// <summary>Drops bytes at the front of the vectors, and the vectors that are empty then.</summary>
    /// <param name="vectors">The vectors; the first that remains is shortened in place.</param>
    /// <param name="lengthBytes">How many bytes, at most as many as there are.</param>
    public static Span<FileSystemVector> Skip(Span<FileSystemVector> vectors, long lengthBytes)
    {
        while (!vectors.IsEmpty && lengthBytes >= vectors[0].LengthBytes)
        {
            lengthBytes -= vectors[0].LengthBytes;
            vectors = vectors[1..];
        }

        if (lengthBytes > 0)
        {
            // SAFETY: fewer bytes than the vector spans are dropped.
            vectors[0] = new FileSystemVector(vectors[0]._address + lengthBytes, vectors[0]._lengthBytes - (nuint)lengthBytes);
        }

        return vectors;
    }

    /// <summary>The vector's first bytes.</summary>
    /// <param name="lengthBytes">How many; fewer where the vector is shorter.</param>
    public FileSystemVector First(long lengthBytes) => new(_address, (nuint)Math.Min(lengthBytes, LengthBytes));

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new(_address, (int)_lengthBytes);
}
