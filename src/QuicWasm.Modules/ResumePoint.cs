using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>A place in a function where execution can be captured and resumed.</summary>
/// <param name="Pc">Where execution continues: a byte offset in the function's code.</param>
/// <param name="Kinds">Why it is one.</param>
/// <param name="StackTypes">Types of the operand stack there, the last one on top.</param>
/// <param name="ResultCount">After a call: how many of them, on top, are its results. They are absent while the call is going on.</param>
public sealed record ResumePoint(int Pc, ResumePointKinds Kinds, ImmutableArray<ValueType> StackTypes, int ResultCount)
{
    /// <summary>
    /// Types of the operand stack without the results of the call before; what a frame holds while that call is going on.
    /// </summary>
    public ReadOnlySpan<ValueType> StackTypesDuringCall => StackTypes.AsSpan(0, StackTypes.Length - ResultCount);
}
