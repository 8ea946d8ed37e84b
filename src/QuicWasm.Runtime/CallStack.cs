using System.Collections.Immutable;

namespace QuicWasm.Runtime;

/// <summary>One activation in the engine-neutral format (docs/state-image.md).</summary>
/// <param name="FunctionAddress">Address of the function in the Store.</param>
/// <param name="Pc">Byte offset in the function's code where it goes on; a resume point of that function.</param>
/// <param name="Locals">Parameters and locals, in slots.</param>
/// <param name="Operands">
/// The operand stack at <paramref name="Pc"/>, in slots, bottom first. In a frame that waits for a callee (every one but the top)
/// the callee's results are not on it yet.
/// </param>
public sealed record Frame(int FunctionAddress, int Pc, ImmutableArray<ulong> Locals, ImmutableArray<ulong> Operands);

/// <summary>A captured stack.</summary>
/// <param name="Frames">The frames, bottom (outermost) first; never empty.</param>
public sealed record CallStack(ImmutableArray<Frame> Frames);
