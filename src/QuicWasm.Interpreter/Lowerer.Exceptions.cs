using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Exceptions. Code in a try_table is not different from other code; behind it stands a branch for each clause.
internal sealed partial class Lowerer
{
    private void OpenTry(ref CodeReader reader)
    {
        BlockType type = reader.ReadBlockType();
        var clauses = new (CatchClause, ControlBlock)[(int)reader.ReadU32()];
        for (int i = 0; i < clauses.Length; i++)
        {
            CatchClause clause = reader.ReadCatchClause();
            clauses[i] = (clause, BlockAt(clause.Label));
        }

        ControlBlock block = OpenBlock(type, isLoop: false);
        block.Clauses = clauses;
        block.First = _code.Count;
    }

    // Whatever is on the stack below the block has been settled at its beginning.
    private void LowerClauses(ControlBlock block, (CatchClause Clause, ControlBlock Target)[] clauses)
    {
        int end = _code.Count;
        if (!_isUnreachable)
        {
            _code.EmitJump(new HandlerKey(HandlerForm.Jump), block.Label);
        }

        var lowered = new CatchCode[clauses.Length];
        for (int i = 0; i < clauses.Length; i++)
        {
            (CatchClause clause, ControlBlock target) = clauses[i];
            TagInstance? tag = clause.HasTag ? _instance.Tags[(int)clause.Tag] : null;
            ImmutableArray<ValueType> values = tag is null ? [] : tag.Type.Parameters;
            ResetStack(block, clause.HasReference ? [.. values, ValueType.ExnRef] : values);
            lowered[i] = new CatchCode(tag, clause.HasReference, _code.Count, block.Offset);
            Branch(target);
        }

        _tries.Add(new TryCode(block.First, end, lowered));
    }

    private void LowerThrow(Opcode opcode, ref CodeReader reader)
    {
        if (opcode == Opcode.ThrowRef)
        {
            _code.Emit(Managed(ManagedOperation.ThrowReference), _stack.PopRegister());
        }
        else
        {
            TagInstance tag = _instance.Tags[(int)reader.ReadU32()];
            _stack.Flush();
            _code.EmitWide(Managed(ManagedOperation.Throw), PopArguments(tag.Type), 0, tag.Address);
        }

        _isUnreachable = true;
    }
}
