using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The table, memory, tag and global sections (spec: binary/modules, sections 5.5.7 to 5.5.10).</summary>
internal static class StorageSectionReader
{
    private const byte InitializedTable = 0x40;

    public static void Read(ref CodeReader reader, ModuleDraft draft, byte id)
    {
        switch (id)
        {
            case SectionId.Table:
                ReadTables(ref reader, draft);
                break;
            case SectionId.Memory:
                ReadMemories(ref reader, draft);
                break;
            case SectionId.Tag:
                ReadTags(ref reader, draft);
                break;
            default:
                ReadGlobals(ref reader, draft);
                break;
        }
    }

    private static void ReadTables(ref CodeReader reader, ModuleDraft draft)
    {
        var tables = new TableDeclaration[VectorReader.ReadCount(ref reader, ModuleLimits.Tables, "tables")];
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = ReadTable(ref reader, draft);
        }

        draft.Tables = ImmutableCollectionsMarshal.AsImmutableArray(tables);
    }

    private static TableDeclaration ReadTable(ref CodeReader reader, ModuleDraft draft)
    {
        if (reader.PeekByte() != InitializedTable)
        {
            return new TableDeclaration(TypeSectionReader.ReadTable(ref reader, draft.Features), null);
        }

        reader.Skip(1);
        byte reserved = reader.ReadByte();
        if (reserved != 0)
        {
            throw reader.Malformed($"malformed table: zero byte expected, 0x{reserved:x2} found");
        }

        TableType type = TypeSectionReader.ReadTable(ref reader, draft.Features);
        return new TableDeclaration(type, ConstantExpressionReader.Read(ref reader, draft.Features));
    }

    private static void ReadMemories(ref CodeReader reader, ModuleDraft draft)
    {
        var memories = new MemoryType[VectorReader.ReadCount(ref reader, ModuleLimits.Memories, "memories")];
        for (int i = 0; i < memories.Length; i++)
        {
            memories[i] = TypeSectionReader.ReadMemory(ref reader, draft.Features);
        }

        draft.Memories = ImmutableCollectionsMarshal.AsImmutableArray(memories);
    }

    private static void ReadTags(ref CodeReader reader, ModuleDraft draft)
    {
        int[] tags = new int[VectorReader.ReadCount(ref reader, ModuleLimits.Tags, "tags")];
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = TypeSectionReader.ReadTag(ref reader);
        }

        draft.Tags = ImmutableCollectionsMarshal.AsImmutableArray(tags);
    }

    private static void ReadGlobals(ref CodeReader reader, ModuleDraft draft)
    {
        var globals = new GlobalDeclaration[VectorReader.ReadCount(ref reader, ModuleLimits.Globals, "globals")];
        for (int i = 0; i < globals.Length; i++)
        {
            GlobalType type = TypeSectionReader.ReadGlobal(ref reader);
            globals[i] = new GlobalDeclaration(type, ConstantExpressionReader.Read(ref reader, draft.Features));
        }

        draft.Globals = ImmutableCollectionsMarshal.AsImmutableArray(globals);
    }
}
