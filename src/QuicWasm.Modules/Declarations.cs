using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>An import: two names, and the type asked for. Only the member that <paramref name="Kind"/> names has a meaning.</summary>
/// <param name="Module">Name of the module to import from.</param>
/// <param name="Name">Name of the export there.</param>
/// <param name="Kind">What is imported.</param>
/// <param name="TypeIndex">For a function or a tag: index of its type.</param>
/// <param name="Table">For a table: its type.</param>
/// <param name="Memory">For a memory: its type.</param>
/// <param name="Global">For a global: its type.</param>
public sealed record ImportDeclaration(
    string Module, string Name, ExternalKind Kind, int TypeIndex = -1, TableType Table = default, MemoryType Memory = default, GlobalType Global = default);

/// <summary>An export: a name for something of the module's index spaces.</summary>
/// <param name="Name">The exported name.</param>
/// <param name="Kind">What is exported.</param>
/// <param name="Index">Its index in the index space of that kind, imports first.</param>
public sealed record ExportDeclaration(string Name, ExternalKind Kind, int Index);

/// <summary>A table that the module defines.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Initializer">What every element is at first, or null for null references.</param>
public sealed record TableDeclaration(TableType Type, ConstantExpression? Initializer);

/// <summary>A global that the module defines, with its initial value.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Initializer">Its initial value.</param>
public sealed record GlobalDeclaration(GlobalType Type, ConstantExpression Initializer);

/// <summary>How a segment is used.</summary>
public enum SegmentMode : byte
{
    /// <summary>Copied at instantiation, then dropped.</summary>
    Active,

    /// <summary>Copied by <c>table.init</c> or <c>memory.init</c>.</summary>
    Passive,

    /// <summary>Only declares references (elements only).</summary>
    Declarative,
}

/// <summary>An element segment.</summary>
/// <param name="Mode">How it is used.</param>
/// <param name="TableIndex">For an active one: the table.</param>
/// <param name="Offset">For an active one: where in the table.</param>
/// <param name="ElementType">The reference type of the items.</param>
/// <param name="Items">One constant expression an item.</param>
public sealed record ElementSegment(
    SegmentMode Mode, int TableIndex, ConstantExpression? Offset, ValueType ElementType, ImmutableArray<ConstantExpression> Items);

/// <summary>A decoded constant expression: its instructions without the final <c>end</c>.</summary>
/// <param name="Instructions">The instructions, in order.</param>
/// <param name="Offset">Where it begins in the binary, in bytes.</param>
public sealed record ConstantExpression(ImmutableArray<ConstantInstruction> Instructions, long Offset);

/// <summary>One instruction of a constant expression.</summary>
/// <param name="Opcode">The instruction.</param>
/// <param name="Low">Its immediate: bits of a number, an index, or the low half of a v128.</param>
/// <param name="High">The high half of a v128.</param>
public readonly record struct ConstantInstruction(Opcode Opcode, ulong Low, ulong High = 0);
