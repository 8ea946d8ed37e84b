using System.Collections.Immutable;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>
/// A layout on the wire: runs of parts that have kind, module and owner in common and whose indexes follow each other, so that a
/// function costs little more than its length.
/// </summary>
internal static class LayoutFormat
{
    /// <exception cref="MigrationException">A field is out of its range, or the image is over a limit.</exception>
    public static ImageLayout Read(ref MessageReader reader)
    {
        Guid id = reader.Guid();
        int partCount = reader.Count(ProtocolLimits.MaxParts, "parts");
        List<ImagePart> parts = [];
        ulong lengthBytes = 0;
        while (parts.Count < partCount)
        {
            PartKind kind = (PartKind)reader.Byte();
            if (!Enum.IsDefined(kind))
            {
                throw reader.Violation($"the unknown part kind {(byte)kind}");
            }

            int count = reader.Count(partCount - parts.Count, "parts in a group");
            int index = reader.Count(int.MaxValue, "as an index");
            int module = reader.Count(int.MaxValue, "as a module's number") - 1;
            int owner = reader.Count(int.MaxValue, "as an owner") - 1;
            bool sameLength = reader.Flag();
            if (count == 0 || index > int.MaxValue - count)
            {
                throw reader.Violation($"a group of {count} parts from index {index}");
            }

            ulong length = 0;
            for (int i = 0; i < count; i++)
            {
                length = i == 0 || !sameLength ? reader.Varint() : length;
                if (length > ProtocolLimits.MaxImageBytes - lengthBytes)
                {
                    throw reader.Violation($"an image of more than {ProtocolLimits.MaxImageBytes} bytes");
                }

                lengthBytes += length;
                parts.Add(new ImagePart(parts.Count, kind, index + i, module, owner, length));
            }
        }

        return new ImageLayout(id, [.. parts]);
    }

    /// <exception cref="MigrationException">The image is over a limit of the protocol.</exception>
    public static void Write(MessageWriter writer, ImageLayout layout)
    {
        ImmutableArray<ImagePart> parts = layout.Parts;
        if (parts.Length > ProtocolLimits.MaxParts)
        {
            throw new MigrationException(
                MigrationError.LimitExceeded, $"the image has {parts.Length} parts; the protocol carries at most {ProtocolLimits.MaxParts}");
        }

        writer.Guid(layout.Id);
        writer.Varint((ulong)parts.Length);
        for (int first = 0; first < parts.Length;)
        {
            int end = first + 1;
            bool sameLength = true;
            while (end < parts.Length && Follows(parts[end - 1], parts[end]))
            {
                sameLength &= parts[end].LengthBytes == parts[first].LengthBytes;
                end++;
            }

            WriteGroup(writer, parts.AsSpan()[first..end], sameLength);
            first = end;
        }
    }

    private static void WriteGroup(MessageWriter writer, ReadOnlySpan<ImagePart> parts, bool sameLength)
    {
        writer.Byte((byte)parts[0].Kind);
        writer.Varint((ulong)parts.Length);
        writer.Varint((ulong)parts[0].Index);
        writer.Varint((ulong)(parts[0].Module + 1));
        writer.Varint((ulong)(parts[0].Owner + 1));
        writer.Flag(sameLength);
        foreach (ImagePart part in sameLength ? parts[..1] : parts)
        {
            writer.Varint(part.LengthBytes);
        }
    }

    private static bool Follows(ImagePart last, ImagePart next) =>
        next.Kind == last.Kind && next.Module == last.Module && next.Owner == last.Owner && next.Index == last.Index + 1;
}
