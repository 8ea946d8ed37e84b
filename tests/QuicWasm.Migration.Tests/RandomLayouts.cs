using System.Collections.Immutable;
using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>Layouts from a seed: ordinary ones, empty ones, parts of length 0, parts in any order of kinds.</summary>
internal static class RandomLayouts
{
    private static readonly PartKind[] Kinds = Enum.GetValues<PartKind>();

    public static ImageLayout Make(int seed)
    {
        Random random = new(seed);
        int count = random.Next(8) switch { 0 => 0, 1 => 1, _ => random.Next(2, 120) };
        ImagePart[] parts = new ImagePart[count];
        for (int number = 0; number < count; number++)
        {
            PartKind kind = Kinds[random.Next(Kinds.Length)];
            bool ofModule = kind is PartKind.ModuleSkeleton or PartKind.Function or PartKind.DataSection or PartKind.CustomSections;
            parts[number] = new ImagePart(number, kind, random.Next(50), ofModule ? random.Next(3) : -1, random.Next(-1, 3), Length(random, kind));
        }

        if (random.Next(2) == 0)
        {
            Array.Sort(parts, (a, b) => a.Kind.CompareTo(b.Kind));
            parts = [.. parts.Select((p, number) => p with { Number = number })];
        }

        return new ImageLayout(new Guid(seed, 1, 2, new byte[8]), ImmutableArray.Create(parts));
    }

    /// <summary>An image as programs have them: a skeleton, functions, a table, globals, data, one memory.</summary>
    public static ImageLayout Program(int functions, ulong memoryBytes, int modules = 1)
    {
        List<ImagePart> parts = [];
        void Add(PartKind kind, int index, int module, int owner, ulong length) =>
            parts.Add(new ImagePart(parts.Count, kind, index, module, owner, length));

        Add(PartKind.Configure, 0, -1, -1, 100);
        Add(PartKind.StoreOutline, 0, -1, -1, 3000);
        for (int module = 0; module < modules; module++)
        {
            Add(PartKind.ModuleSkeleton, 0, module, module, 5000);
        }

        Add(PartKind.Stack, 0, -1, -1, 700);
        Add(PartKind.HostState, 0, -1, -1, 300);
        for (int module = 0; module < modules; module++)
        {
            for (int function = 0; function < functions; function++)
            {
                Add(PartKind.Function, function, module, module, (ulong)(20 + (function * 37 % 900)));
            }

            Add(PartKind.DataSection, 0, module, module, 9000);
            Add(PartKind.CustomSections, 0, module, module, 0);
            Add(PartKind.Table, module, -1, module, 1600);
            if (memoryBytes > 0)
            {
                Add(PartKind.Memory, module, -1, module, memoryBytes);
            }

            Add(PartKind.Global, module, -1, module, 16);
            Add(PartKind.Element, module, -1, module, 80);
            Add(PartKind.Data, module, -1, module, 5000);
        }

        return new ImageLayout(Guid.NewGuid(), [.. parts]);
    }

    private static ulong Length(Random random, PartKind kind) => random.Next(6) switch
    {
        0 => 0,
        1 => 16,
        2 => 4096,
        3 => (ulong)random.Next(1, 3000),
        4 => (ulong)random.Next(1, 20_000),
        _ => kind == PartKind.Memory ? (ulong)random.Next(1, 10) * 65536 : (ulong)random.Next(1, 300),
    };
}
