using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The export and the start section (spec: binary/modules, sections 5.5.10 and 5.5.11).</summary>
internal static class ExportSectionReader
{
    public static void Read(ref CodeReader reader, ModuleDraft draft, byte id)
    {
        if (id == SectionId.Start)
        {
            draft.StartFunction = (int)reader.ReadU32();
            return;
        }

        var exports = new ExportDeclaration[VectorReader.ReadCount(ref reader, ModuleLimits.Exports, "exports")];
        for (int i = 0; i < exports.Length; i++)
        {
            string name = VectorReader.ReadName(ref reader);
            byte kind = reader.PeekByte();
            if (kind > (byte)ExternalKind.Tag || (kind == (byte)ExternalKind.Tag && !draft.Features.Has(Proposals.ExceptionHandling)))
            {
                throw reader.Malformed($"malformed export kind 0x{kind:x2}");
            }

            reader.Skip(1);
            exports[i] = new ExportDeclaration(name, (ExternalKind)kind, (int)reader.ReadU32());
        }

        draft.Exports = ImmutableCollectionsMarshal.AsImmutableArray(exports);
    }
}
