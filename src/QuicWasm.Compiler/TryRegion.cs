using System.Collections.Immutable;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>A <c>try_table</c> that is compiled: where exceptions go that are thrown in it.</summary>
/// <param name="Dispatch">Where the clauses are tried, in order.</param>
/// <param name="Clauses">The clauses, and the blocks that they branch to.</param>
/// <param name="Outer">The try_table around it, or null.</param>
internal sealed record TryRegion(Label Dispatch, ImmutableArray<(CatchClause Clause, ControlBlock Target)> Clauses, TryRegion? Outer)
{
    /// <summary>Whether something in it may throw.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Notes that something in it may throw, which the outer ones may have to catch.</summary>
    public void Use()
    {
        for (TryRegion? region = this; region is { IsUsed: false }; region = region.Outer)
        {
            region.IsUsed = true;
        }
    }
}
