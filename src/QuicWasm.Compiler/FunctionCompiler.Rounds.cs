using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// A counted loop does not ask at each branch back to its header. At the header it is computed up to which value of the loop's local it cannot end, nor
// have gone round too often; until then one comparison is all, as it would be without safe points. Where there is something to ask, or to count,
// that is a single round, so that all engines count the same safe points.
internal sealed partial class FunctionCompiler
{
    private readonly IReadOnlyDictionary<int, CountedLoop> _counted;

    // Of a loop by the pc of its instruction; null where it asks at each branch back, or never.
    private LoopRounds? RoundsOf(int pc) => _code.Variant.HasSafePoints && _counted.TryGetValue(pc, out CountedLoop? counted)
        ? new LoopRounds(counted, TakeLocal(typeof(int)), _il.DefineLabel())
        : null;

    // At the header. With d = bound - local, in the step's direction, and k <= d / |step|: before k rounds the local has not reached the bound, for any of
    // the comparisons; where it has already, or would pass it, k is 1, and the loop's own comparison follows. Computed without a branch: the JIT
    // would lay out the ways in the middle of the loop.
    private void EmitRounds(LoopRounds? rounds)
    {
        if (rounds is null)
        {
            return;
        }

        CountedLoop loop = rounds.Loop;
        EmitMayGoRound(loop);
        EmitRoundsLeft(loop);
        EmitSmaller(loop.Rounds);

        // At least one: k + (k == 0).
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ceq);
        _il.Emit(OpCodes.Add);

        // One, where there is something to ask: 1 + ((k - 1) & mask).
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, loop.Step);
        _il.Emit(OpCodes.Mul);
        LoadLocal(loop.Local);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, rounds.Last);
        _il.MarkLabel(rounds.Next);
    }

    // All ones, or zero.
    private void EmitMayGoRound(CountedLoop loop)
    {
        LoadPoll();
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ceq);
        if (loop.Comparison != Opcode.I32Ne)
        {
            LoadLocal(loop.Local);
            LoadBound(loop);
            _il.Emit(Comparison.Of(loop.Comparison)!.Compare);
            _il.Emit(OpCodes.And);
        }

        _il.Emit(OpCodes.Neg);
    }

    // Of an unsigned number and a limit: limit + (x & (x >> 63)), with x = number - limit.
    private void EmitSmaller(int limit)
    {
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Ldc_I8, (long)limit);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Ldc_I4, 63);
        _il.Emit(OpCodes.Shr);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Ldc_I4, limit);
        _il.Emit(OpCodes.Add);
    }

    private void EmitRoundsLeft(CountedLoop loop)
    {
        if (loop.Step > 0)
        {
            LoadBound(loop);
            LoadLocal(loop.Local);
        }
        else
        {
            LoadLocal(loop.Local);
            LoadBound(loop);
        }

        _il.Emit(OpCodes.Sub);
        int step = Math.Abs(loop.Step);
        if (step > 1)
        {
            _il.Emit(OpCodes.Ldc_I4, step);
            _il.Emit(OpCodes.Div_Un);
        }
    }

    private void LoadBound(CountedLoop loop)
    {
        if (loop.BoundLocal >= 0)
        {
            LoadLocal(loop.BoundLocal);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I4, loop.Bound);
        }
    }

    // Before the branch back: its own condition holds until then.
    private void EmitRoundEnd(LoopRounds? rounds)
    {
        if (rounds is not null)
        {
            LoadLocal(rounds.Loop.Local);
            _il.Emit(OpCodes.Ldloc, rounds.Last);
            _il.Emit(OpCodes.Bne_Un, rounds.Next);
        }
    }

    private void ReleaseRounds(LoopRounds? rounds)
    {
        if (rounds is not null)
        {
            Release(rounds.Last);
        }
    }
}
