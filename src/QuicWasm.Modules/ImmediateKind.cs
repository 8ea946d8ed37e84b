namespace QuicWasm.Modules;

/// <summary>What follows an opcode in the binary. Numbers are LEB128 unless a size is given.</summary>
public enum ImmediateKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A block type (s33, or the byte of a value type or of the empty type).</summary>
    BlockType,

    /// <summary>A label (u32).</summary>
    LabelIndex,

    /// <summary>A count n, n labels, and the default label.</summary>
    BranchTable,

    /// <summary>A function (u32).</summary>
    FunctionIndex,

    /// <summary>A type (u32).</summary>
    TypeIndex,

    /// <summary>A type, then a table.</summary>
    TypeAndTableIndex,

    /// <summary>A tag (u32).</summary>
    TagIndex,

    /// <summary>A block type, a count n, and n catch clauses.</summary>
    TryTable,

    /// <summary>A count n and n value types.</summary>
    ValueTypes,

    /// <summary>A local (u32).</summary>
    LocalIndex,

    /// <summary>A global (u32).</summary>
    GlobalIndex,

    /// <summary>A table (u32).</summary>
    TableIndex,

    /// <summary>Two tables: destination, source.</summary>
    TablePair,

    /// <summary>A memory (u32; one zero byte without the proposal for several memories).</summary>
    MemoryIndex,

    /// <summary>Two memories: destination, source.</summary>
    MemoryPair,

    /// <summary>A data segment (u32).</summary>
    DataIndex,

    /// <summary>A data segment, then a memory.</summary>
    DataAndMemoryIndex,

    /// <summary>An element segment (u32).</summary>
    ElementIndex,

    /// <summary>An element segment, then a table.</summary>
    ElementAndTableIndex,

    /// <summary>Alignment and offset.</summary>
    MemArg,

    /// <summary>Alignment and offset, then a lane.</summary>
    MemArgAndLane,

    /// <summary>A lane: one byte.</summary>
    Lane,

    /// <summary>Sixteen lanes: sixteen bytes.</summary>
    Shuffle,

    /// <summary>A number (s32).</summary>
    I32,

    /// <summary>A number (s64).</summary>
    I64,

    /// <summary>Four bytes, little endian.</summary>
    F32,

    /// <summary>Eight bytes, little endian.</summary>
    F64,

    /// <summary>Sixteen bytes.</summary>
    V128,

    /// <summary>A heap type (in 2.0 the byte of a reference type).</summary>
    HeapType,
}
