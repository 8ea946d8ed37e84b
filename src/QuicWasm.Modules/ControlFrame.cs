namespace QuicWasm.Modules;

/// <summary>A block that the validator is in (spec: appendix/algorithm).</summary>
/// <param name="Opcode">Block, Loop, If or Else; Block for the function itself.</param>
/// <param name="Type">Its parameters and results; for the function itself its type, of which the parameters mean nothing.</param>
/// <param name="Height">Values on the operand stack below it.</param>
/// <param name="IsDead">Whether the whole block is unreachable.</param>
/// <param name="SetLocals">How many of the locals that must be set were set before it.</param>
internal readonly record struct ControlFrame(Opcode Opcode, FunctionType Type, int Height, bool IsDead, int SetLocals)
{
    /// <summary>What a branch to the block takes with it.</summary>
    public ReadOnlySpan<ValueType> LabelTypes => Opcode == Opcode.Loop ? Type.Parameters.AsSpan() : Type.Results.AsSpan();
}
