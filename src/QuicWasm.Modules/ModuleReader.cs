using System.Collections.Immutable;
using System.Security.Cryptography;

namespace QuicWasm.Modules;

/// <summary>Decodes a binary (spec: binary/modules). What it returns is not validated yet, and keeps parts of the given bytes.</summary>
public static class ModuleReader
{
    internal const int HeaderBytes = 8;

    private static ReadOnlySpan<byte> Magic => "\0asm"u8;

    private static ReadOnlySpan<byte> Version => [1, 0, 0, 0];

    /// <summary>Decodes a binary. Errors inside of function bodies are left for <see cref="ModuleValidator"/>.</summary>
    /// <param name="binary">The whole binary; it must not change while the module is used.</param>
    /// <param name="features">What the module may use; <see cref="ModuleFeatures.Default"/> where null.</param>
    /// <exception cref="ModuleException">The bytes are not a module, or one that is too large or needs what is not supported.</exception>
    public static Module Read(ReadOnlyMemory<byte> binary, ModuleFeatures? features = null)
    {
        if (binary.Length > ModuleLimits.ModuleBytes)
        {
            throw new ModuleException(
                ModuleError.LimitExceeded, 0, $"module of {binary.Length} bytes; the limit is {ModuleLimits.ModuleBytes}");
        }

        var reader = new CodeReader(binary.Span);
        CheckHeader(ref reader);
        var draft = new ModuleDraft(features ?? ModuleFeatures.Default, hasContents: true);
        int order = 0;
        while (!reader.AtEnd)
        {
            BinarySection section = ReadSectionHeader(ref reader, draft, ref order);
            ReadSection(draft, section, binary.Slice((int)section.PayloadOffset, section.PayloadLength));
            reader.Skip(section.PayloadLength);
        }

        draft.CheckConsistency(binary.Length);
        return draft.ToModule(ImmutableArray.Create(SHA256.HashData(binary.Span)), binary.Length, binary);
    }

    /// <summary>
    /// Decodes what <see cref="ModuleSkeleton.Write"/> made: a module whose function code, data and custom sections are absent until
    /// they are provided. The bytes are checked as those of a binary are. The SHA-256 is what the skeleton claims, until
    /// <see cref="BinaryAssembler.Assemble"/> has checked it.
    /// </summary>
    /// <param name="skeleton">The whole skeleton; it must not change while the module is used.</param>
    /// <param name="features">What the module may use; <see cref="ModuleFeatures.Default"/> where null.</param>
    /// <exception cref="ModuleException">The bytes are not a skeleton, or one of a module that cannot be read.</exception>
    public static Module ReadSkeleton(ReadOnlyMemory<byte> skeleton, ModuleFeatures? features = null) =>
        SkeletonReader.Read(skeleton, features ?? ModuleFeatures.Default);

    /// <summary>Checks that a section may stand here, and remembers it. <paramref name="order"/> is that of the section before.</summary>
    internal static void AddSection(ModuleDraft draft, BinarySection section, ref int order)
    {
        int place = SectionId.Order(section.Id);
        if (place < 0)
        {
            throw new ModuleException(ModuleError.Malformed, section.Offset, $"malformed section id {section.Id}");
        }

        if (section.Id == SectionId.Tag && !draft.Features.Has(Proposals.ExceptionHandling))
        {
            throw new ModuleException(ModuleError.Unsupported, section.Offset, "the proposal ExceptionHandling is not enabled (tag section)");
        }

        if (section.Id != SectionId.Custom)
        {
            if (place <= order)
            {
                throw new ModuleException(
                    ModuleError.Malformed,
                    section.Offset,
                    $"unexpected content after last section: section {section.Id} is out of order or twice there");
            }

            order = place;
        }

        if (draft.Sections.Count == ModuleLimits.Sections)
        {
            throw new ModuleException(ModuleError.LimitExceeded, section.Offset, $"more than {ModuleLimits.Sections} sections");
        }

        draft.Sections.Add(section);
    }

    /// <summary>Decodes one section, whose payload must be read to its end.</summary>
    internal static void ReadSection(ModuleDraft draft, BinarySection section, ReadOnlyMemory<byte> payload)
    {
        draft.Payload = payload;
        draft.PayloadOffset = section.PayloadOffset;
        var reader = new CodeReader(payload.Span, section.PayloadOffset);
        ReadPayload(draft, section.Id, ref reader);
        if (!reader.AtEnd)
        {
            throw reader.Malformed($"section size mismatch: {reader.Remaining} bytes are left in section {section.Id}");
        }
    }

    private static void ReadPayload(ModuleDraft draft, byte id, ref CodeReader reader)
    {
        switch (id)
        {
            case SectionId.Custom:
                _ = VectorReader.ReadName(ref reader);
                reader.Skip(reader.Remaining);
                break;
            case SectionId.Type:
                TypeSectionReader.Read(ref reader, draft);
                break;
            case SectionId.Import:
                ImportSectionReader.Read(ref reader, draft);
                break;
            case SectionId.Function:
                CodeSectionReader.ReadFunctions(ref reader, draft);
                break;
            case SectionId.Table or SectionId.Memory or SectionId.Tag or SectionId.Global:
                StorageSectionReader.Read(ref reader, draft, id);
                break;
            case SectionId.Export or SectionId.Start:
                ExportSectionReader.Read(ref reader, draft, id);
                break;
            case SectionId.Element:
                ElementSectionReader.Read(ref reader, draft);
                break;
            case SectionId.Code:
                CodeSectionReader.ReadCode(ref reader, draft);
                break;
            default:
                DataSectionReader.Read(ref reader, draft, id);
                break;
        }
    }

    private static void CheckHeader(ref CodeReader reader)
    {
        if (!reader.ReadBytes(Math.Min(4, reader.Remaining)).SequenceEqual(Magic))
        {
            throw new ModuleException(
                ModuleError.Malformed, 0, reader.Length < 4 ? "unexpected end: magic header not detected" : "magic header not detected");
        }

        if (!reader.ReadBytes(4).SequenceEqual(Version))
        {
            throw new ModuleException(ModuleError.Malformed, 4, "unknown binary version");
        }
    }

    private static BinarySection ReadSectionHeader(ref CodeReader reader, ModuleDraft draft, ref int order)
    {
        long offset = reader.Offset;
        byte id = reader.ReadByte();
        uint length = SectionId.Order(id) < 0 ? 0 : reader.ReadU32();
        if (length > (uint)reader.Remaining)
        {
            throw reader.Malformed($"length out of bounds: section {id} of {length} bytes where {reader.Remaining} are left");
        }

        var section = new BinarySection(id, offset, reader.Offset, (int)length);
        AddSection(draft, section, ref order);
        return section;
    }
}
