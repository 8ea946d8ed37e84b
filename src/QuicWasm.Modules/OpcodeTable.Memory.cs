namespace QuicWasm.Modules;

// Memory instructions. The form of a row: see OpcodeTable.cs.
public static partial class OpcodeTable
{
    private static OpcodeInfo[] MemoryRows =>
    [
        Op(Opcode.I32Load, "i32.load", "i:i", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.I64Load, "i64.load", "i:l", ImmediateKind.MemArg, widthBytes: 8),
        Op(Opcode.F32Load, "f32.load", "i:f", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.F64Load, "f64.load", "i:d", ImmediateKind.MemArg, widthBytes: 8),
        Op(Opcode.I32Load8S, "i32.load8_s", "i:i", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I32Load8U, "i32.load8_u", "i:i", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I32Load16S, "i32.load16_s", "i:i", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I32Load16U, "i32.load16_u", "i:i", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I64Load8S, "i64.load8_s", "i:l", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I64Load8U, "i64.load8_u", "i:l", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I64Load16S, "i64.load16_s", "i:l", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I64Load16U, "i64.load16_u", "i:l", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I64Load32S, "i64.load32_s", "i:l", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.I64Load32U, "i64.load32_u", "i:l", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.I32Store, "i32.store", "ii:", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.I64Store, "i64.store", "il:", ImmediateKind.MemArg, widthBytes: 8),
        Op(Opcode.F32Store, "f32.store", "if:", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.F64Store, "f64.store", "id:", ImmediateKind.MemArg, widthBytes: 8),
        Op(Opcode.I32Store8, "i32.store8", "ii:", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I32Store16, "i32.store16", "ii:", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I64Store8, "i64.store8", "il:", ImmediateKind.MemArg, widthBytes: 1),
        Op(Opcode.I64Store16, "i64.store16", "il:", ImmediateKind.MemArg, widthBytes: 2),
        Op(Opcode.I64Store32, "i64.store32", "il:", ImmediateKind.MemArg, widthBytes: 4),
        Op(Opcode.MemorySize, "memory.size", "*", ImmediateKind.MemoryIndex),
        Op(Opcode.MemoryGrow, "memory.grow", "*", ImmediateKind.MemoryIndex),
        Op(Opcode.MemoryInit, "memory.init", "*", ImmediateKind.DataAndMemoryIndex, Proposals.BulkMemory),
        Op(Opcode.DataDrop, "data.drop", ":", ImmediateKind.DataIndex, Proposals.BulkMemory),
        Op(Opcode.MemoryCopy, "memory.copy", "*", ImmediateKind.MemoryPair, Proposals.BulkMemory),
        Op(Opcode.MemoryFill, "memory.fill", "*", ImmediateKind.MemoryIndex, Proposals.BulkMemory),
    ];
}
