using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>One row of the opcode table.</summary>
/// <param name="Opcode">The instruction.</param>
/// <param name="Name">Its name in the text format; <c>select</c> stands for two instructions, every other name for one.</param>
/// <param name="Immediate">What follows it in the binary.</param>
/// <param name="Operands">Types of its operands, the last one on top; empty where <paramref name="IsPolymorphic"/>.</param>
/// <param name="Results">Types of its results; empty where <paramref name="IsPolymorphic"/>.</param>
/// <param name="IsPolymorphic">Whether its types follow from its immediates or from the code around it.</param>
/// <param name="Proposal">The proposal that brought it; None for WebAssembly 1.0.</param>
/// <param name="WidthBytes">For a load or store: how many bytes it touches; else 0.</param>
/// <param name="LaneCount">For an instruction with a lane: how many lanes there are (a lane is below it); else 0.</param>
public sealed record OpcodeInfo(
    Opcode Opcode,
    string Name,
    ImmediateKind Immediate,
    ImmutableArray<ValueType> Operands,
    ImmutableArray<ValueType> Results,
    bool IsPolymorphic,
    Proposals Proposal,
    int WidthBytes,
    int LaneCount)
{
    /// <summary>The largest alignment of a load or store, as a power of two; 0 for other instructions.</summary>
    public int NaturalAlignment => WidthBytes == 0 ? 0 : int.TrailingZeroCount(WidthBytes);
}
