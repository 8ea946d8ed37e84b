namespace QuicWasm.State;

/// <summary>Finds the parts of a layout by what they are.</summary>
internal sealed class LayoutIndex
{
    private readonly Dictionary<(PartKind Kind, int Module, int Index), int> _numbers;

    /// <exception cref="ImageException">The numbers are not dense, or two parts are the same thing.</exception>
    public LayoutIndex(ImageLayout layout)
    {
        _numbers = new Dictionary<(PartKind, int, int), int>(layout.Parts.Length);
        for (int number = 0; number < layout.Parts.Length; number++)
        {
            ImagePart part = layout.Parts[number];
            if (part.Number != number || part.LengthBytes == 0 || !_numbers.TryAdd((part.Kind, part.Module, part.Index), number))
            {
                throw new ImageException(ImageError.Corrupt, $"the layout has {part.Describe()} twice, empty or out of place");
            }
        }

        Layout = layout;
        while (Find(PartKind.ModuleSkeleton, 0, ModuleCount) >= 0)
        {
            ModuleCount++;
        }
    }

    public ImageLayout Layout { get; }

    public int ModuleCount { get; }

    /// <summary>The number of a part, or -1 where there is none.</summary>
    public int Find(PartKind kind, int index, int module = -1) => _numbers.TryGetValue((kind, module, index), out int number) ? number : -1;

    /// <summary>The number of a part.</summary>
    /// <exception cref="ImageException">There is none.</exception>
    public int Get(PartKind kind, int index, int module = -1)
    {
        int number = Find(kind, index, module);
        return number >= 0 ? number : throw new ImageException(ImageError.Corrupt, $"the image lacks the part {kind} {index} {(module < 0 ? "" : $"of module {module}")}");
    }
}
