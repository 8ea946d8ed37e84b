using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.Interpreter;

/// <summary>A block, loop, if, or the function itself, while code is lowered.</summary>
internal sealed class ControlBlock
{
    /// <summary>Where branches to it go.</summary>
    public required CodeLabel Label { get; init; }

    /// <summary>Whether it is a loop: its label is its beginning, and branches to it take its parameters.</summary>
    public bool IsLoop { get; init; }

    /// <summary>Whether it is the function's own block: branches to it return.</summary>
    public bool IsFunction { get; init; }

    /// <summary>For an if whose else has not come: where its else, or its end, is.</summary>
    public CodeLabel? Else { get; set; }

    /// <summary>Types that it takes from the stack.</summary>
    public required ImmutableArray<ValueType> Parameters { get; init; }

    /// <summary>Types that it leaves on the stack.</summary>
    public required ImmutableArray<ValueType> Results { get; init; }

    /// <summary>Values on the stack below its parameters.</summary>
    public required int Height { get; init; }

    /// <summary>The frame offset of the first value above those.</summary>
    public required int Offset { get; init; }

    /// <summary>For a try_table: its clauses, each with the block that it branches to; else null.</summary>
    public (CatchClause Clause, ControlBlock Target)[]? Clauses { get; set; }

    /// <summary>For a try_table: its first instruction.</summary>
    public int First { get; set; }

    /// <summary>What a branch to it carries.</summary>
    public ImmutableArray<ValueType> BranchTypes => IsLoop ? Parameters : Results;
}
