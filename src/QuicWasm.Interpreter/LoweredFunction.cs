using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

/// <summary>A place in lowered code where a frame can be captured and resumed.</summary>
/// <param name="Pc">The Wasm pc.</param>
/// <param name="Index">Index of the instruction to go on with.</param>
/// <param name="OperandSlots">Slots of operands in the frame; after a call without its results.</param>
/// <param name="IsReturn">Whether it is the return point of a call.</param>
internal readonly record struct CodePoint(int Pc, int Index, int OperandSlots, bool IsReturn);

/// <summary>The register code of one function instance.</summary>
// SAFETY: instructions are located here by address, never read.
internal sealed unsafe class LoweredFunction(
    FunctionInstance function, Instruction* code, int count, CodePoint[] points, TryCode[] tries, int localSlots, int parameterSlots, int frameBytes)
{
    /// <summary>The function.</summary>
    public FunctionInstance Function { get; } = function;

    /// <summary>First instruction.</summary>
    public Instruction* Code { get; } = code;

    /// <summary>Number of instructions.</summary>
    public int Count { get; } = count;

    /// <summary>Slots of parameters and locals.</summary>
    public int LocalSlots { get; } = localSlots;

    /// <summary>Slots of parameters.</summary>
    public int ParameterSlots { get; } = parameterSlots;

    /// <summary>Bytes of a frame.</summary>
    public int FrameBytes { get; } = frameBytes;

    /// <summary>Where operands begin in the frame, in bytes.</summary>
    public int OperandOffset { get; } = (localSlots * 8) + FrameLink.Bytes;

    /// <summary>Whether an instruction is of this function.</summary>
    public bool Contains(Instruction* instruction) => instruction >= Code && instruction < Code + Count;

    /// <summary>The point where a running frame stands: at an instruction, or waiting to return to it.</summary>
    public CodePoint PointAt(Instruction* instruction, bool isReturn)
    {
        int index = (int)(instruction - Code);
        foreach (CodePoint point in points)
        {
            // A return that stayed in the instance passes over the UseMemory that stands at the point.
            if (point.IsReturn == isReturn && (point.Index == index || (isReturn && point.Index + 1 == index && IsFree(index))))
            {
                return point;
            }
        }

        throw new InvalidOperationException($"instruction {index} of {Function.DisplayName} is no safe point");
    }

    /// <summary>The loop header at an instruction where a backward jump has come to.</summary>
    public CodePoint LoopAt(Instruction* instruction)
    {
        int index = (int)(instruction - Code);
        return points.Last(p => p.Index == index && !p.IsReturn);
    }

    /// <summary>The point to resume at a pc, or null.</summary>
    public CodePoint? PointOf(int pc, bool isReturn)
    {
        CodePoint? found = null;
        foreach (CodePoint point in points)
        {
            if (point.Pc == pc && point.IsReturn == isReturn)
            {
                return point;
            }

            if (point.Pc == pc)
            {
                found = point;
            }
        }

        return isReturn ? null : found;
    }

    /// <summary>The innermost clause that catches exceptions with a tag which are thrown at an instruction, or null.</summary>
    public CatchCode? FindClause(Instruction* instruction, TagInstance tag)
    {
        int index = (int)(instruction - Code);
        foreach (TryCode code in tries)
        {
            if (index < code.First || index >= code.End)
            {
                continue;
            }

            foreach (CatchCode clause in code.Clauses)
            {
                if (clause.Tag is null || clause.Tag == tag)
                {
                    return clause;
                }
            }
        }

        return null;
    }

    /// <summary>The pc of the last safe point at or before an instruction: near enough for people.</summary>
    public int PcNear(Instruction* instruction)
    {
        int index = (int)(instruction - Code);
        int pc = -1;
        foreach (CodePoint point in points)
        {
            pc = point.Index <= index ? point.Pc : pc;
        }

        return pc;
    }

    private bool IsFree(int index) => !points.Any(p => p.IsReturn && p.Index == index);
}
