using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.State;

/// <summary>What the part StoreOutline says: every instance of a Store but its content (docs/state-image.md).</summary>
internal sealed record StoreOutline
{
    public const ulong Version = 2;

    /// <summary>The oldest version that can be read: without types of references, tags and exceptions.</summary>
    public const ulong OldestVersion = 1;

    /// <summary>Function types that other things of the outline mention by their index here; each mentions only itself and those before it.</summary>
    public required ImmutableArray<FunctionType> Types { get; init; }

    public required ImmutableArray<InstanceOutline> Instances { get; init; }

    public required ImmutableArray<FunctionRun> Functions { get; init; }

    public required ImmutableArray<TableOutline> Tables { get; init; }

    public required ImmutableArray<MemoryOutline> Memories { get; init; }

    public required ImmutableArray<GlobalType> Globals { get; init; }

    /// <summary>Tags: the address of the instance whose module defines it, and its index among those.</summary>
    public required ImmutableArray<(int Instance, int DefinedIndex)> Tags { get; init; }

    public required ImmutableArray<ElementOutline> Elements { get; init; }

    public required ImmutableArray<DataOutline> Datas { get; init; }

    /// <summary>The names that modules are registered by, with the instance's address.</summary>
    public required ImmutableArray<(string Name, int Instance)> Registered { get; init; }

    /// <summary>The number of functions in all runs.</summary>
    public int FunctionCount
    {
        get
        {
            int count = 0;
            foreach (FunctionRun run in Functions)
            {
                count += run.Count;
            }

            return count;
        }
    }
}

/// <summary>A module instance: the number of its module in the image, its name, and its index spaces as addresses.</summary>
internal sealed record InstanceOutline(int Module, string? Name, InstanceSpaces Spaces);

/// <summary>The addresses of a module instance's index spaces.</summary>
internal sealed record InstanceSpaces(
    ImmutableArray<int> Functions,
    ImmutableArray<int> Tables,
    ImmutableArray<int> Memories,
    ImmutableArray<int> Globals,
    ImmutableArray<int> Tags,
    ImmutableArray<int> Elements,
    ImmutableArray<int> Datas);

/// <summary>Functions with consecutive addresses: all those that an instance's module defines, or one of the host.</summary>
/// <param name="Instance">Address of the module instance, or -1 for a host function.</param>
/// <param name="Count">How many.</param>
/// <param name="Host">The host function, or null.</param>
internal readonly record struct FunctionRun(int Instance, int Count, HostFunctionOutline? Host);

/// <summary>A host function: by the names and the type (its index among the outline's) that it is resolved with.</summary>
internal sealed record HostFunctionOutline(string Module, string Name, int TypeIndex);

internal readonly record struct TableOutline(TableType Type, int Length);

internal readonly record struct MemoryOutline(MemoryType Type, ulong PageCount);

internal readonly record struct ElementOutline(ValueType Type, bool IsDropped, int Length);

internal readonly record struct DataOutline(bool IsDropped, int LengthBytes);
