using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>Reads the format that <see cref="ModuleSkeleton"/> describes. The bytes may come from anywhere.</summary>
internal static class SkeletonReader
{
    public static Module Read(ReadOnlyMemory<byte> skeleton, ModuleFeatures features)
    {
        var reader = new CodeReader(skeleton.Span);
        if (!reader.ReadBytes(Math.Min(reader.Length, ModuleSkeleton.Header.Length)).SequenceEqual(ModuleSkeleton.Header))
        {
            throw new ModuleException(ModuleError.Malformed, 0, "not a module skeleton of version 1");
        }

        ImmutableArray<byte> sha256 = [.. reader.ReadBytes(ModuleSkeleton.Sha256Bytes)];
        var draft = new ModuleDraft(features, hasContents: false);
        int[] keptLengths = ReadMap(ref reader, draft, out long lengthBytes);
        var kept = new ReadOnlyMemory<byte>[keptLengths.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = skeleton.Slice(reader.Position, Math.Min(keptLengths[i], reader.Remaining));
            reader.Skip(keptLengths[i]);
            BinarySection section = draft.Sections[i];
            if (section.Id != SectionId.Custom)
            {
                ModuleReader.ReadSection(draft, section, kept[i]);
            }

            CheckAbsent(draft, section, keptLengths[i]);
        }

        if (!reader.AtEnd)
        {
            throw reader.Malformed("unexpected content after the last part of a skeleton");
        }

        draft.CheckConsistency(lengthBytes);
        return draft.ToModule(sha256, lengthBytes, default, skeleton, [.. kept]);
    }

    private static int[] ReadMap(ref CodeReader reader, ModuleDraft draft, out long lengthBytes)
    {
        int[] keptLengths = new int[VectorReader.ReadCount(ref reader, ModuleLimits.Sections, "sections")];
        long offset = ModuleReader.HeaderBytes;
        int order = 0;
        for (int i = 0; i < keptLengths.Length; i++)
        {
            byte id = reader.ReadByte();
            int headerLength = reader.ReadByte();
            uint length = reader.ReadU32();
            uint kept = reader.ReadU32();
            // The length field has one to five bytes, in which the length must fit.
            if (headerLength is < 2 or > BinaryAssembler.MaximumHeaderBytes || (ulong)length >> (7 * (headerLength - 1)) != 0)
            {
                throw reader.Malformed($"malformed skeleton: header of {headerLength} bytes of section {i}");
            }

            if (offset + headerLength + length > ModuleLimits.ModuleBytes)
            {
                throw reader.Error(ModuleError.LimitExceeded, $"module of more than {ModuleLimits.ModuleBytes} bytes");
            }

            if (kept > length || kept > (uint)reader.Remaining)
            {
                throw reader.Malformed($"malformed skeleton: {kept} bytes kept of the {length} of section {i}");
            }

            ModuleReader.AddSection(draft, new BinarySection(id, offset, offset + headerLength, (int)length), ref order);
            offset += headerLength + length;
            keptLengths[i] = (int)kept;
        }

        lengthBytes = offset;
        return keptLengths;
    }

    // What a section keeps and what is cut out of it must be its payload, or it could not be put together again.
    private static void CheckAbsent(ModuleDraft draft, BinarySection section, int keptLength)
    {
        long absent = 0;
        switch (section.Id)
        {
            case SectionId.Custom:
                absent = section.PayloadLength;
                break;
            case SectionId.Code:
                foreach (FunctionBody body in draft.Functions)
                {
                    absent += body.LengthBytes;
                }

                break;
            case SectionId.Data:
                foreach (DataSegment segment in draft.Datas)
                {
                    absent += segment.LengthBytes;
                }

                break;
        }

        if (keptLength + absent != section.PayloadLength)
        {
            throw new ModuleException(
                ModuleError.Malformed,
                section.Offset,
                $"section size mismatch: {section.PayloadLength} bytes of which {keptLength} are kept and {absent} cut out");
        }
    }
}
