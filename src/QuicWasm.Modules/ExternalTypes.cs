namespace QuicWasm.Modules;

/// <summary>What an import or an export is.</summary>
public enum ExternalKind : byte
{
    /// <summary>A function.</summary>
    Function = 0,

    /// <summary>A table of references.</summary>
    Table = 1,

    /// <summary>A linear memory.</summary>
    Memory = 2,

    /// <summary>A global variable.</summary>
    Global = 3,

    /// <summary>A tag of exceptions.</summary>
    Tag = 4,
}

/// <summary>The type of a table: its references and how many.</summary>
/// <param name="ElementType">The reference type of each element.</param>
/// <param name="Limits">Sizes in elements.</param>
public readonly record struct TableType(ValueType ElementType, Limits Limits);

/// <summary>The type of a memory.</summary>
/// <param name="Limits">Sizes in pages of 64 KiB.</param>
public readonly record struct MemoryType(Limits Limits);

/// <summary>The type of a global.</summary>
/// <param name="ValueType">The type of its value.</param>
/// <param name="IsMutable">Whether it may be set.</param>
public readonly record struct GlobalType(ValueType ValueType, bool IsMutable);
