namespace QuicWasm.Modules;

/// <summary>What a catch clause catches, and whether it passes a reference to the exception on (spec: binary/instructions).</summary>
public enum CatchKind : byte
{
    /// <summary>Exceptions with the tag; their values.</summary>
    Catch = 0,

    /// <summary>Exceptions with the tag; their values and a reference.</summary>
    CatchRef = 1,

    /// <summary>All exceptions; nothing.</summary>
    CatchAll = 2,

    /// <summary>All exceptions; a reference.</summary>
    CatchAllRef = 3,
}

/// <summary>One clause of a <c>try_table</c>.</summary>
/// <param name="Kind">What it catches, and what it passes on.</param>
/// <param name="Tag">The tag's index, where it names one.</param>
/// <param name="Label">Where it goes: a label that counts from outside of the <c>try_table</c>.</param>
public readonly record struct CatchClause(CatchKind Kind, uint Tag, uint Label)
{
    /// <summary>Whether it names a tag.</summary>
    public bool HasTag => Kind is CatchKind.Catch or CatchKind.CatchRef;

    /// <summary>Whether it passes a reference on.</summary>
    public bool HasReference => Kind is CatchKind.CatchRef or CatchKind.CatchAllRef;
}
