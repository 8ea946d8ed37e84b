using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>
/// The data count and the data section (spec: binary/modules, sections 5.5.14 and 5.5.16). In a skeleton the data section lacks the
/// segments' bytes.
/// </summary>
internal static class DataSectionReader
{
    public static void Read(ref CodeReader reader, ModuleDraft draft, byte id)
    {
        if (id == SectionId.DataCount)
        {
            uint count = reader.ReadU32();
            draft.DataCount = count <= ModuleLimits.DataSegments
                ? (int)count
                : throw reader.Error(ModuleError.LimitExceeded, $"{count} data segments; the limit is {ModuleLimits.DataSegments}");
            return;
        }

        var segments = new DataSegment[VectorReader.ReadCount(ref reader, ModuleLimits.DataSegments, "data segments")];
        long absentBytes = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = ReadSegment(ref reader, draft, ref absentBytes);
        }

        draft.Datas = ImmutableCollectionsMarshal.AsImmutableArray(segments);
    }

    private static DataSegment ReadSegment(ref CodeReader reader, ModuleDraft draft, ref long absentBytes)
    {
        uint flags = reader.ReadU32();
        if (flags > 2)
        {
            throw reader.Malformed($"malformed data segment kind {flags}");
        }

        int memory = flags == 2 ? (int)reader.ReadU32() : 0;
        ConstantExpression? offset = flags == 1 ? null : ConstantExpressionReader.Read(ref reader, draft.Features);
        uint length = reader.ReadU32();
        if (length > ModuleLimits.ModuleBytes)
        {
            throw reader.Malformed($"unexpected end of section or function: data segment of {length} bytes");
        }

        SegmentMode mode = flags == 1 ? SegmentMode.Passive : SegmentMode.Active;
        var segment = new DataSegment(mode, memory, offset, reader.Offset + absentBytes, (int)length);
        if (draft.HasContents)
        {
            int position = reader.Position;
            reader.Skip((int)length);
            segment.Provide(draft.Payload.Slice(position, (int)length));
        }
        else
        {
            absentBytes += length;
        }

        return segment;
    }
}
