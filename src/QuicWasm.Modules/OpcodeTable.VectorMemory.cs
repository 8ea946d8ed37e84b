namespace QuicWasm.Modules;

// Vector loads and stores. The form of a row: see OpcodeTable.cs.
public static partial class OpcodeTable
{
    private static OpcodeInfo[] VectorMemoryRows =>
    [
        Op(Opcode.V128Load, "v128.load", "i:v", ImmediateKind.MemArg, Proposals.Simd, 16),
        Op(Opcode.V128Load8x8S, "v128.load8x8_s", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load8x8U, "v128.load8x8_u", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load16x4S, "v128.load16x4_s", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load16x4U, "v128.load16x4_u", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load32x2S, "v128.load32x2_s", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load32x2U, "v128.load32x2_u", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Load8Splat, "v128.load8_splat", "i:v", ImmediateKind.MemArg, Proposals.Simd, 1),
        Op(Opcode.V128Load16Splat, "v128.load16_splat", "i:v", ImmediateKind.MemArg, Proposals.Simd, 2),
        Op(Opcode.V128Load32Splat, "v128.load32_splat", "i:v", ImmediateKind.MemArg, Proposals.Simd, 4),
        Op(Opcode.V128Load64Splat, "v128.load64_splat", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
        Op(Opcode.V128Store, "v128.store", "iv:", ImmediateKind.MemArg, Proposals.Simd, 16),
        Op(Opcode.V128Load8Lane, "v128.load8_lane", "iv:v", ImmediateKind.MemArgAndLane, Proposals.Simd, 1),
        Op(Opcode.V128Load16Lane, "v128.load16_lane", "iv:v", ImmediateKind.MemArgAndLane, Proposals.Simd, 2),
        Op(Opcode.V128Load32Lane, "v128.load32_lane", "iv:v", ImmediateKind.MemArgAndLane, Proposals.Simd, 4),
        Op(Opcode.V128Load64Lane, "v128.load64_lane", "iv:v", ImmediateKind.MemArgAndLane, Proposals.Simd, 8),
        Op(Opcode.V128Store8Lane, "v128.store8_lane", "iv:", ImmediateKind.MemArgAndLane, Proposals.Simd, 1),
        Op(Opcode.V128Store16Lane, "v128.store16_lane", "iv:", ImmediateKind.MemArgAndLane, Proposals.Simd, 2),
        Op(Opcode.V128Store32Lane, "v128.store32_lane", "iv:", ImmediateKind.MemArgAndLane, Proposals.Simd, 4),
        Op(Opcode.V128Store64Lane, "v128.store64_lane", "iv:", ImmediateKind.MemArgAndLane, Proposals.Simd, 8),
        Op(Opcode.V128Load32Zero, "v128.load32_zero", "i:v", ImmediateKind.MemArg, Proposals.Simd, 4),
        Op(Opcode.V128Load64Zero, "v128.load64_zero", "i:v", ImmediateKind.MemArg, Proposals.Simd, 8),
    ];
}
