using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>A block, loop, if, or the function itself, while it is open.</summary>
internal sealed class ControlBlock
{
    /// <summary>Where a branch goes: the header of a loop, the end of another.</summary>
    public required Label Label { get; init; }

    /// <summary>Block, Loop, If, TryTable, or Nop for the function.</summary>
    public required Opcode Kind { get; init; }

    public required ImmutableArray<ValueType> Parameters { get; init; }

    public required ImmutableArray<ValueType> Results { get; init; }

    /// <summary>How many operands are below its own.</summary>
    public required int Height { get; init; }

    /// <summary>Locals that are assigned within it.</summary>
    public required ulong Assigned { get; init; }

    /// <summary>What is known at its beginning of which addresses are inside the memory.</summary>
    public required CheckedAddresses Checked { get; init; }

    /// <summary>Where the values of a branch go; none for the function.</summary>
    public LocalBuilder[] Merges { get; set; } = [];

    /// <summary>For an if: its parameters, for the else.</summary>
    public LocalBuilder[] Entry { get; set; } = [];

    /// <summary>For an if: where its else begins, until it has.</summary>
    public Label? Else { get; set; }

    /// <summary>For a try_table: its clauses.</summary>
    public TryRegion? Try { get; set; }

    /// <summary>For a counted loop: how it goes round without asking.</summary>
    public LoopRounds? Rounds { get; set; }

    /// <summary>Whether the length of memory 0 is kept in a local within it only.</summary>
    public bool KeepsLength { get; set; }

    /// <summary>Whether a branch goes to the label.</summary>
    public bool IsTargeted { get; set; }

    public bool IsFunction => Kind == Opcode.Nop;

    /// <summary>Types of the values of a branch.</summary>
    public ImmutableArray<ValueType> BranchTypes => Kind == Opcode.Loop ? Parameters : Results;
}
