using System.Collections.Immutable;
using System.Text;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// What a program of an image touched first, in a file beside the image file (docs/state-image.md). It is only advice: one that is not
/// there, or of another image, costs time and nothing else.
/// </summary>
public static class WorkingSetFile
{
    private const string Extension = ".touched";
    private const int HeadBytes = 32;

    private static ReadOnlySpan<byte> Magic => "QWASMTCH"u8;

    /// <summary>The file that belongs to an image file.</summary>
    public static string Of(string imageFile) => imageFile + Extension;

    /// <summary>Writes the file; another process sees it whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string imageFile, Guid image, ImmutableArray<PartRange> ranges)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(1);
        writer.Write(image.ToByteArray(bigEndian: true));
        writer.Write(ranges.Length);
        foreach (PartRange range in ranges)
        {
            writer.Write(range.Part);
            writer.Write(range.Offset);
            writer.Write(range.LengthBytes);
        }

        writer.Write(Crc32C.Append(0, bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        string half = Of(imageFile) + ".tmp";
        File.WriteAllBytes(half, bytes.ToArray());
        File.Move(half, Of(imageFile), overwrite: true);
    }

    /// <summary>Reads the file; none where there is none.</summary>
    /// <exception cref="MigrationException">It is broken, or of another image (<see cref="MigrationError.ImageUnreadable"/>).</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImmutableArray<PartRange> Read(string imageFile, Guid image)
    {
        string file = Of(imageFile);
        if (!File.Exists(file))
        {
            return [];
        }

        const int rangeBytes = 20;
        byte[] bytes = File.ReadAllBytes(file);
        bool isWhole = bytes.Length >= HeadBytes + sizeof(uint)
            && bytes.AsSpan(0, 8).SequenceEqual(Magic)
            && Crc32C.Append(0, bytes.AsSpan(0, bytes.Length - sizeof(uint))) == BitConverter.ToUInt32(bytes, bytes.Length - sizeof(uint))
            && BitConverter.ToInt32(bytes, 8) == 1
            && (bytes.Length - HeadBytes - sizeof(uint)) / rangeBytes == BitConverter.ToInt32(bytes, 28);
        if (!isWhole || new Guid(bytes.AsSpan(12, 16), bigEndian: true) != image)
        {
            throw new MigrationException(MigrationError.ImageUnreadable, $"{file} {(isWhole ? $"belongs to another image than {image}" : "is broken")}; remove it");
        }

        using BinaryReader reader = new(new MemoryStream(bytes, HeadBytes, bytes.Length - HeadBytes));
        PartRange[] ranges = new PartRange[BitConverter.ToInt32(bytes, 28)];
        for (int i = 0; i < ranges.Length; i++)
        {
            ranges[i] = new PartRange(reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64());
        }

        return [.. ranges];
    }
}
