namespace QuicWasm.Modules;

/// <summary>
/// The custom section "name" (spec: appendix/custom). It is for diagnostics, so one that is malformed counts as absent.
/// </summary>
internal static class NameSectionReader
{
    private const byte ModuleSubsection = 0;
    private const byte FunctionSubsection = 1;
    private const byte TagSubsection = 11;

    public static ModuleNames Read(Module module)
    {
        if (module.IsFromSkeleton && module.ProvidedCustomSections is null)
        {
            return ModuleNames.None;
        }

        ReadOnlySpan<byte> provided = module.ProvidedCustomSections.GetValueOrDefault().Span;
        foreach (BinarySection section in module.Map.Sections)
        {
            if (section.Id != SectionId.Custom)
            {
                continue;
            }

            int length = ModuleParts.WholeLength(section);
            ReadOnlySpan<byte> bytes = module.IsFromSkeleton ? provided[..length] : module.Binary.Span.Slice((int)section.Offset, length);
            provided = module.IsFromSkeleton ? provided[length..] : default;
            var reader = new CodeReader(bytes[^section.PayloadLength..], section.PayloadOffset);
            if (VectorReader.ReadName(ref reader) == "name")
            {
                return ReadOrNone(ref reader);
            }
        }

        return ModuleNames.None;
    }

    private static ModuleNames ReadOrNone(ref CodeReader reader)
    {
        try
        {
            return ReadSubsections(ref reader);
        }
        catch (ModuleException)
        {
            return ModuleNames.None;
        }
    }

    private static ModuleNames ReadSubsections(ref CodeReader reader)
    {
        string? moduleName = null;
        var functions = new Dictionary<int, string>();
        var tags = new Dictionary<int, string>();
        while (!reader.AtEnd)
        {
            byte id = reader.ReadByte();
            int length = VectorReader.ReadCount(ref reader, ModuleLimits.ModuleBytes, "bytes");
            int end = reader.Position + length;
            if (id == ModuleSubsection)
            {
                moduleName = VectorReader.ReadName(ref reader);
            }
            else if (id is FunctionSubsection or TagSubsection)
            {
                ReadMap(ref reader, id == FunctionSubsection ? functions : tags);
            }

            reader.Position = end;
        }

        return new ModuleNames(moduleName, functions, tags);
    }

    private static void ReadMap(ref CodeReader reader, Dictionary<int, string> names)
    {
        for (int left = VectorReader.ReadCount(ref reader, ModuleLimits.Functions, "names"); left > 0; left--)
        {
            int index = (int)reader.ReadU32();
            names[index] = VectorReader.ReadName(ref reader);
        }
    }
}
