namespace QuicWasm.Modules;

/// <summary>
/// Cuts a module's binary into the parts that can travel apart: its skeleton (<see cref="ModuleSkeleton"/>), the code of each
/// function (<see cref="FunctionBody.Code"/>), the data section and the custom sections. <see cref="BinaryAssembler"/> puts them
/// together again.
/// </summary>
public static class ModuleParts
{
    /// <summary>The data section's payload; empty where there is none.</summary>
    /// <exception cref="InvalidOperationException">The module was read from its skeleton, and its data have not arrived.</exception>
    public static ReadOnlyMemory<byte> DataSection(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        int index = IndexOf(module, SectionId.Data);
        if (index < 0)
        {
            return default;
        }

        BinarySection section = module.Map.Sections[index];
        if (!module.IsFromSkeleton)
        {
            return module.Binary.Slice((int)section.PayloadOffset, section.PayloadLength);
        }

        byte[] payload = new byte[section.PayloadLength];
        BinaryAssembler.WriteData(module, index, payload);
        return payload;
    }

    /// <summary>All custom sections one after another, each with its id and its length.</summary>
    /// <exception cref="InvalidOperationException">
    /// The module was read from its skeleton, and its custom sections have not arrived.
    /// </exception>
    public static ReadOnlyMemory<byte> CustomSections(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (module.IsFromSkeleton)
        {
            return module.ProvidedCustomSections ?? (CustomSectionsLength(module) == 0
                ? default(ReadOnlyMemory<byte>)
                : throw new InvalidOperationException("The custom sections have not arrived."));
        }

        byte[] sections = new byte[CustomSectionsLength(module)];
        int position = 0;
        foreach (BinarySection section in module.Map.Sections)
        {
            if (section.Id == SectionId.Custom)
            {
                int length = WholeLength(section);
                module.Binary.Span.Slice((int)section.Offset, length).CopyTo(sections.AsSpan(position));
                position += length;
            }
        }

        return sections;
    }

    /// <summary>Length of what <see cref="DataSection"/> gives, in bytes.</summary>
    public static int DataSectionLength(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        int index = IndexOf(module, SectionId.Data);
        return index < 0 ? 0 : module.Map.Sections[index].PayloadLength;
    }

    /// <summary>Length of what <see cref="CustomSections"/> gives, in bytes.</summary>
    public static int CustomSectionsLength(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        int length = 0;
        foreach (BinarySection section in module.Map.Sections)
        {
            length += section.Id == SectionId.Custom ? WholeLength(section) : 0;
        }

        return length;
    }

    internal static int WholeLength(BinarySection section) => (int)(section.PayloadOffset - section.Offset) + section.PayloadLength;

    internal static int IndexOf(Module module, byte id)
    {
        for (int i = 0; i < module.Map.Sections.Length; i++)
        {
            if (module.Map.Sections[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    internal static long DataPayloadOffset(Module module) => module.Map.Sections[IndexOf(module, SectionId.Data)].PayloadOffset;

    /// <summary>Checks that a data section is the one that the module's skeleton describes, but for the segments' bytes.</summary>
    internal static void CheckDataSection(Module module, ReadOnlyMemory<byte> payload)
    {
        CheckLength(module, payload.Length, DataSectionLength(module), "the data section");
        int index = IndexOf(module, SectionId.Data);
        if (index < 0)
        {
            return;
        }

        long offset = module.Map.Sections[index].PayloadOffset;
        ReadOnlySpan<byte> kept = module.KeptPayloads[index].Span;
        ReadOnlySpan<byte> given = payload.Span;
        foreach (DataSegment segment in module.Datas)
        {
            int head = (int)(segment.BytesOffset - offset);
            if (!given[..head].SequenceEqual(kept[..head]))
            {
                throw Differs(offset, "the data section");
            }

            offset = segment.BytesOffset + segment.LengthBytes;
            kept = kept[head..];
            given = given[(head + segment.LengthBytes)..];
        }

        if (!given.SequenceEqual(kept))
        {
            throw Differs(offset, "the data section");
        }
    }

    /// <summary>Checks that custom sections are those that the module's skeleton describes, but for their payloads.</summary>
    internal static void CheckCustomSections(Module module, ReadOnlySpan<byte> sections)
    {
        CheckLength(module, sections.Length, CustomSectionsLength(module), "the custom sections");
        Span<byte> header = stackalloc byte[BinaryAssembler.MaximumHeaderBytes];
        foreach (BinarySection section in module.Map.Sections)
        {
            if (section.Id != SectionId.Custom)
            {
                continue;
            }

            int headerLength = BinaryAssembler.WriteHeader(section, header);
            if (!sections[..headerLength].SequenceEqual(header[..headerLength]))
            {
                throw Differs(section.Offset, "a custom section");
            }

            var reader = new CodeReader(sections.Slice(headerLength, section.PayloadLength), section.PayloadOffset);
            _ = VectorReader.ReadName(ref reader);
            sections = sections[WholeLength(section)..];
        }
    }

    private static ModuleException Differs(long offset, string what) =>
        new(ModuleError.Malformed, offset, $"{what} differs from the one that the skeleton describes");

    private static void CheckLength(Module module, int given, int declared, string what)
    {
        if (given != declared)
        {
            throw new ModuleException(
                ModuleError.Malformed, module.Map.LengthBytes, $"{what} of {given} bytes where {declared} were declared");
        }
    }
}
