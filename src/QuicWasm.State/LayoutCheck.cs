using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.State;

/// <summary>Checks that a layout has the parts that its skeleton speaks of, each in its right length, and no others.</summary>
internal sealed class LayoutCheck(LayoutIndex index)
{
    private int _expected;

    /// <exception cref="ImageException">A part is missing, too many, or of another length.</exception>
    public void Check(ConfigureOutline configure, ImmutableArray<ValidatedModule> modules, StoreOutline outline)
    {
        _expected = modules.Length + 3 + (index.Find(PartKind.Exceptions, 0) >= 0 ? 1 : 0);
        for (int host = 0; host < configure.HostModules.Length; host++)
        {
            _expected += index.Find(PartKind.HostState, host) >= 0 ? 1 : 0;
        }

        for (int number = 0; number < modules.Length; number++)
        {
            CheckModule(modules[number].Module, number);
        }

        CheckInstances(outline);
        if (_expected != index.Layout.Parts.Length)
        {
            throw new ImageException(ImageError.Corrupt, $"the image has {index.Layout.Parts.Length} parts where its skeleton speaks of {_expected}");
        }
    }

    private void CheckModule(Module module, int number)
    {
        for (int function = 0; function < module.Functions.Length; function++)
        {
            Expect(PartKind.Function, function, (ulong)module.Functions[function].LengthBytes, number);
        }

        Expect(PartKind.DataSection, 0, (ulong)ModuleParts.DataSectionLength(module), number);
        Expect(PartKind.CustomSections, 0, (ulong)ModuleParts.CustomSectionsLength(module), number);
    }

    private void CheckInstances(StoreOutline outline)
    {
        for (int i = 0; i < outline.Tables.Length; i++)
        {
            Expect(PartKind.Table, i, (ulong)outline.Tables[i].Length * References.Bytes);
        }

        for (int i = 0; i < outline.Memories.Length; i++)
        {
            Expect(PartKind.Memory, i, outline.Memories[i].PageCount * 65536);
        }

        for (int i = 0; i < outline.Globals.Length; i++)
        {
            Expect(PartKind.Global, i, 2 * References.Bytes);
        }

        for (int i = 0; i < outline.Elements.Length; i++)
        {
            Expect(PartKind.Element, i, (ulong)outline.Elements[i].Length * References.Bytes);
        }

        for (int i = 0; i < outline.Datas.Length; i++)
        {
            Expect(PartKind.Data, i, (ulong)outline.Datas[i].LengthBytes);
        }
    }

    private void Expect(PartKind kind, int place, ulong lengthBytes, int module = -1)
    {
        if (lengthBytes == 0)
        {
            return;
        }

        ImagePart part = index.Layout.Parts[index.Get(kind, place, module)];
        if (part.LengthBytes != lengthBytes)
        {
            throw new ImageException(ImageError.Corrupt, $"{part.Describe()} has {part.LengthBytes} bytes where the skeleton says {lengthBytes}");
        }

        _expected++;
    }
}
