using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The import section (spec: binary/modules, section 5.5.5).</summary>
internal static class ImportSectionReader
{
    public static void Read(ref CodeReader reader, ModuleDraft draft)
    {
        var imports = new ImportDeclaration[VectorReader.ReadCount(ref reader, ModuleLimits.Imports, "imports")];
        for (int i = 0; i < imports.Length; i++)
        {
            string module = VectorReader.ReadName(ref reader);
            imports[i] = ReadImport(ref reader, module, VectorReader.ReadName(ref reader), draft.Features);
        }

        draft.Imports = ImmutableCollectionsMarshal.AsImmutableArray(imports);
    }

    private static ImportDeclaration ReadImport(ref CodeReader reader, string module, string name, ModuleFeatures features)
    {
        byte kind = reader.PeekByte();
        if (kind > (byte)ExternalKind.Tag || (kind == (byte)ExternalKind.Tag && !features.Has(Proposals.ExceptionHandling)))
        {
            throw reader.Malformed($"malformed import kind 0x{kind:x2}");
        }

        reader.Skip(1);
        return (ExternalKind)kind switch
        {
            ExternalKind.Function => new(module, name, ExternalKind.Function, TypeIndex: (int)reader.ReadU32()),
            ExternalKind.Table => new(module, name, ExternalKind.Table, Table: TypeSectionReader.ReadTable(ref reader, features)),
            ExternalKind.Memory => new(module, name, ExternalKind.Memory, Memory: TypeSectionReader.ReadMemory(ref reader, features)),
            ExternalKind.Tag => new(module, name, ExternalKind.Tag, TypeIndex: TypeSectionReader.ReadTag(ref reader)),
            _ => new(module, name, ExternalKind.Global, Global: TypeSectionReader.ReadGlobal(ref reader)),
        };
    }
}
