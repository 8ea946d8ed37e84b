namespace QuicWasm.Modules;

/// <summary>What is said of an instruction that is not in the table: which proposal has it, where one does.</summary>
internal static class UnknownInstruction
{
    /// <summary>The error for an opcode that has no row.</summary>
    public static ModuleException Error(Opcode opcode, long offset)
    {
        Proposals? proposal = ((int)opcode, (int)opcode >> 8) switch
        {
            (0xD3, _) or (_, 0xFB) => Proposals.GarbageCollection,
            (_, 0xFE) => Proposals.Threads,
            _ => null,
        };
        return proposal is not null
            ? new ModuleException(ModuleError.Unsupported, offset, $"the proposal {proposal} is not supported (opcode {(int)opcode:x2})")
            : new ModuleException(ModuleError.Malformed, offset, $"illegal opcode {(int)opcode:x2}{Advice(opcode)}");
    }

    // try, catch, rethrow, delegate, catch_all: what compilers made before WebAssembly 3.0 had exceptions.
    private static string Advice(Opcode opcode) => (int)opcode is 0x06 or 0x07 or 0x09 or 0x18 or 0x19
        ? ", an instruction of exceptions as they were before WebAssembly 3.0: build for try_table, or translate with wasm-opt --translate-to-exnref"
        : "";
}
