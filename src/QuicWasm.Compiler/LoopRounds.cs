using System.Reflection.Emit;

namespace QuicWasm.Compiler;

/// <summary>How a counted loop goes round without asking.</summary>
/// <param name="Loop">The loop.</param>
/// <param name="Last">The value of the loop's local at which it goes to its header again, or ends.</param>
/// <param name="Next">Where another round begins.</param>
internal sealed record LoopRounds(CountedLoop Loop, LocalBuilder Last, Label Next);
