using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>
/// A layout as bytes, for the image file and for the wire: parts in runs of one kind and owner with consecutive indices, so that a
/// function takes about two bytes (docs/state-image.md).
/// </summary>
public static class ImageLayoutEncoding
{
    private const ulong FormatVersion = 1;
    private const int IdBytes = 16;

    /// <summary>Encodes a layout.</summary>
    public static byte[] Encode(ImageLayout layout)
    {
        var writer = new ImageWriter();
        Write(writer, layout);
        return writer.ToArray();
    }

    /// <summary>Decodes a layout.</summary>
    /// <exception cref="ImageException">The bytes are no layout, or of one that is over a limit.</exception>
    public static ImageLayout Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ImageReader(bytes, "the layout of the image");
        ImageLayout layout = Read(ref reader);
        reader.End();
        return layout;
    }

    internal static void Write(ImageWriter writer, ImageLayout layout)
    {
        writer.Varint(FormatVersion);
        writer.Bytes(layout.Id.ToByteArray(bigEndian: true));
        writer.Number(layout.Parts.Length);
        int number = 0;
        while (number < layout.Parts.Length)
        {
            ImagePart first = layout.Parts[number];
            int count = RunLength(layout.Parts, number);
            writer.Byte((byte)first.Kind);
            writer.Number(first.Index);
            writer.OptionalNumber(first.Module);
            writer.OptionalNumber(first.Owner);
            writer.Number(count);
            for (int i = 0; i < count; i++)
            {
                writer.Varint(layout.Parts[number + i].LengthBytes);
            }

            number += count;
        }
    }

    internal static ImageLayout Read(ref ImageReader reader)
    {
        reader.Version(FormatVersion);
        var id = new Guid(reader.Bytes(IdBytes), bigEndian: true);
        int total = reader.Count(1);
        var parts = ImmutableArray.CreateBuilder<ImagePart>();
        while (parts.Count < total)
        {
            ReadRun(ref reader, parts, total);
        }

        var layout = new ImageLayout(id, parts.ToImmutable());
        ImageLimits.Check(layout);
        return layout;
    }

    private static void ReadRun(ref ImageReader reader, ImmutableArray<ImagePart>.Builder parts, int total)
    {
        var kind = (PartKind)reader.Byte();
        if (!Enum.IsDefined(kind))
        {
            throw reader.Corrupt($"a part of the unknown kind {(byte)kind}");
        }

        int index = reader.Number();
        int module = reader.OptionalNumber();
        int owner = reader.OptionalNumber();
        int count = reader.Count(1);
        if (count == 0 || count > total - parts.Count || index > int.MaxValue - count)
        {
            throw reader.Corrupt($"a run of {count} parts from index {index} where {total - parts.Count} parts are left");
        }

        for (int i = 0; i < count; i++)
        {
            parts.Add(new ImagePart(parts.Count, kind, index + i, module, owner, reader.Varint()));
        }
    }

    private static int RunLength(ImmutableArray<ImagePart> parts, int start)
    {
        ImagePart first = parts[start];
        int count = 1;
        while (start + count < parts.Length && Continues(first, parts[start + count], count))
        {
            count++;
        }

        return count;
    }

    private static bool Continues(ImagePart first, ImagePart part, int distance) =>
        part.Kind == first.Kind && part.Module == first.Module && part.Owner == first.Owner && part.Index == first.Index + distance;
}
