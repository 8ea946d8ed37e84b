using System.Buffers;

namespace QuicWasm.Modules;

/// <summary>
/// The skeleton of a module: everything but function code, the bytes of data segments, and custom sections. What it says is enough to
/// validate and to instantiate; code and data can follow.
/// </summary>
/// <remarks>
/// Its format: <c>00 71 77 73</c>, version 1 (u32, little endian), SHA-256 of the binary, then LEB128 numbers: the number of sections
/// and for each its id (byte), the length of its id and length fields (byte), the length of its payload, and how much of the payload
/// is kept; then the kept payloads. Kept is all of it, but none of a custom section; of the code section all but the bodies; of the
/// data section all but the segments' bytes.
/// </remarks>
public static class ModuleSkeleton
{
    internal const int Sha256Bytes = 32;

    internal static ReadOnlySpan<byte> Header => [0x00, (byte)'q', (byte)'w', (byte)'s', 1, 0, 0, 0];

    /// <summary>The module's skeleton, for <see cref="ModuleReader.ReadSkeleton"/>.</summary>
    public static byte[] Write(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (module.IsFromSkeleton)
        {
            return module.Skeleton.ToArray();
        }

        var head = new ArrayBufferWriter<byte>();
        head.Write(Header);
        head.Write(module.Sha256.AsSpan());
        WriteU32(head, (uint)module.Map.Sections.Length);
        var kept = new ArrayBufferWriter<byte>();
        foreach (BinarySection section in module.Map.Sections)
        {
            int before = kept.WrittenCount;
            WriteKept(module, section, kept);
            head.Write([section.Id, (byte)(section.PayloadOffset - section.Offset)]);
            WriteU32(head, (uint)section.PayloadLength);
            WriteU32(head, (uint)(kept.WrittenCount - before));
        }

        return [.. head.WrittenSpan, .. kept.WrittenSpan];
    }

    private static void WriteKept(Module module, BinarySection section, ArrayBufferWriter<byte> kept)
    {
        ReadOnlySpan<byte> binary = module.Binary.Span;
        int position = (int)section.PayloadOffset;
        int end = position + section.PayloadLength;
        switch (section.Id)
        {
            case SectionId.Custom:
                return;
            case SectionId.Code:
                foreach (FunctionBody body in module.Functions)
                {
                    kept.Write(binary[position..(int)body.Offset]);
                    position = (int)body.Offset + body.LengthBytes;
                }

                break;
            case SectionId.Data:
                foreach (DataSegment segment in module.Datas)
                {
                    kept.Write(binary[position..(int)segment.BytesOffset]);
                    position = (int)segment.BytesOffset + segment.LengthBytes;
                }

                break;
        }

        kept.Write(binary[position..end]);
    }

    private static void WriteU32(ArrayBufferWriter<byte> writer, uint value)
    {
        while (value >= 0x80)
        {
            writer.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        writer.Write([(byte)value]);
    }
}
