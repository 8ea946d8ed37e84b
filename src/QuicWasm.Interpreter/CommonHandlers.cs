using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

/// <summary>
/// The handlers that most programs of clang and wasi-libc use. Of kv, compress, files, CoreMark, a kernel of PolyBench and QuickJS each uses 160 to 190; at least
/// five of these six use those here.
/// </summary>
internal static class CommonHandlers
{
    /// <summary>What they are.</summary>
    public static IEnumerable<HandlerKey> Keys() =>
    [
        new HandlerKey(HandlerForm.Call),
        new HandlerKey(HandlerForm.Return),
        new HandlerKey(HandlerForm.UseMemory),
        new HandlerKey(HandlerForm.Exit),
        .. Of(HandlerForm.Load, Opcode.I32Load, Opcode.I64Load, Opcode.F64Load, Opcode.I32Load8S, Opcode.I32Load8U,
            Opcode.I32Load16U, Opcode.I64Load8S, Opcode.I64Load8U, Opcode.I64Load16S, Opcode.I64Load16U, Opcode.I64Load32S, Opcode.I64Load32U),
        .. Of(HandlerForm.Store, Opcode.I32Store, Opcode.I64Store, Opcode.F64Store, Opcode.I32Store8, Opcode.I32Store16,
            Opcode.I64Store8, Opcode.I64Store32),
        .. Of(HandlerForm.StoreConstant, Opcode.I32Store, Opcode.I64Store, Opcode.I32Store8),
        .. Of(HandlerForm.Unary, Opcode.I32Eqz, Opcode.I64Eqz, Opcode.F64Abs, Opcode.F64Neg, Opcode.I32WrapI64,
            Opcode.I32TruncF64S, Opcode.I32TruncF64U, Opcode.I64ExtendI32S, Opcode.I64ExtendI32U, Opcode.F64ConvertI32S, Opcode.F64ConvertI32U,
            Opcode.I64ReinterpretF64),
        .. Of(HandlerForm.Binary, Opcode.I32Eq, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtS, Opcode.I32GtU, Opcode.I32LeU,
            Opcode.F64Ne, Opcode.I32Add, Opcode.I32Sub, Opcode.I32Mul, Opcode.I32DivU, Opcode.I32RemU, Opcode.I32And, Opcode.I32Or, Opcode.I32Xor,
            Opcode.I32Shl, Opcode.I32ShrU, Opcode.I32Rotl, Opcode.I64Add, Opcode.I64Sub, Opcode.I64Mul, Opcode.I64Shl, Opcode.F64Add, Opcode.F64Sub),
        .. Of(HandlerForm.BinaryConstant, Opcode.I32Eq, Opcode.I32Ne, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtS, Opcode.I32GtU,
            Opcode.I64GtU, Opcode.I64GeU, Opcode.F64Eq, Opcode.F64Ne, Opcode.F64Lt, Opcode.F64Ge, Opcode.I32Add, Opcode.I32Sub, Opcode.I32Mul,
            Opcode.I32DivS, Opcode.I32DivU, Opcode.I32RemU, Opcode.I32And, Opcode.I32Or, Opcode.I32Xor, Opcode.I32Shl, Opcode.I32ShrS,
            Opcode.I32ShrU, Opcode.I64Mul, Opcode.I64DivU, Opcode.I64And, Opcode.I64ShrU, Opcode.F64Mul),
        .. Of(HandlerForm.CompareBranch, Opcode.I32Eq, Opcode.I32Ne, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtS, Opcode.I32GtU,
            Opcode.I32LeS, Opcode.I32LeU, Opcode.I32GeS, Opcode.I32GeU, Opcode.F64Eq),
        .. Back(HandlerForm.CompareBranch, Opcode.I32Ne, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtU, Opcode.I32LeU, Opcode.I32GeS,
            Opcode.I32GeU),
        .. Of(HandlerForm.CompareBranchConstant, Opcode.I32Eq, Opcode.I32Ne, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtS,
            Opcode.I32GtU, Opcode.I32LeS, Opcode.I32LeU, Opcode.I32GeS, Opcode.I32GeU, Opcode.I64Eq, Opcode.I64Ne, Opcode.I64GtS),
        .. Back(HandlerForm.CompareBranchConstant, Opcode.I32Eq, Opcode.I32Ne, Opcode.I32LtS, Opcode.I32LtU, Opcode.I32GtS,
            Opcode.I32GtU, Opcode.I32GeS),
        .. Managed(ManagedOperation.TrapOutOfBounds, ManagedOperation.Unreachable, ManagedOperation.MemoryGrow, ManagedOperation.CallSlowly,
            ManagedOperation.Poll, ManagedOperation.CallHost, ManagedOperation.CallIndirect, ManagedOperation.TailCallSlowly),
        .. Slots(HandlerForm.ZeroSlots, 1, 2, 3, 4, 6, 7, 8),
        new HandlerKey(HandlerForm.Copy, 1),
        new HandlerKey(HandlerForm.Select, 1),
        new HandlerKey(HandlerForm.ReturnOne, 1),
        new HandlerKey(HandlerForm.GlobalGet, 1),
        new HandlerKey(HandlerForm.GlobalSet, 1),
        new HandlerKey(HandlerForm.Constant),
        new HandlerKey(HandlerForm.Branch),
        new HandlerKey(HandlerForm.Branch, IsBackward: true),
        new HandlerKey(HandlerForm.Branch, IsNegated: true),
        new HandlerKey(HandlerForm.Branch, IsNegated: true, IsBackward: true),
        new HandlerKey(HandlerForm.Jump),
        new HandlerKey(HandlerForm.Jump, IsBackward: true),
        new HandlerKey(HandlerForm.BranchTable),
        new HandlerKey(HandlerForm.MemorySize),
    ];

    private static IEnumerable<HandlerKey> Of(HandlerForm form, params Opcode[] opcodes) => opcodes.Select(opcode => new HandlerKey(form, (int)opcode));

    private static IEnumerable<HandlerKey> Back(HandlerForm form, params Opcode[] opcodes) => Of(form, opcodes).Select(static key => key with { IsBackward = true });

    private static IEnumerable<HandlerKey> Slots(HandlerForm form, params int[] counts) => counts.Select(count => new HandlerKey(form, count));

    private static IEnumerable<HandlerKey> Managed(params ManagedOperation[] operations) =>
        operations.Select(static operation => new HandlerKey(HandlerForm.Managed, (int)operation));
}
