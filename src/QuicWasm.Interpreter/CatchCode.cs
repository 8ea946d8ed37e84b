using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>Code in which exceptions are caught, and by which clauses.</summary>
/// <param name="First">The first instruction of the code.</param>
/// <param name="End">The instruction behind the last one.</param>
/// <param name="Clauses">What catches, in order.</param>
internal readonly record struct TryCode(int First, int End, CatchCode[] Clauses);

/// <summary>A catch clause, lowered.</summary>
/// <param name="Tag">The tag that it catches, or null where it catches all.</param>
/// <param name="HasReference">Whether it takes a reference to the exception, too.</param>
/// <param name="Index">The instruction to go on with, which branches to the clause's label.</param>
/// <param name="Offset">The frame offset where that takes the exception's values, and behind them the reference.</param>
internal sealed record CatchCode(TagInstance? Tag, bool HasReference, int Index, int Offset);
