using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

// Exceptions: thrown under a condition, and caught by a block around, here or in a caller; dropped, kept in a local, and thrown again.
internal sealed partial class FunctionGenerator
{
    // The last one that was caught with its reference; null before.
    private uint KeptException => (uint)(_locals.Length - 1);

    private void Throw(int depth)
    {
        Expression(ValueType.I32, depth - 1);
        Begin(Opcode.If, [], t => t.Raw(0x40));
        if (random.Next(4) == 0)
        {
            ThrowAgain();
        }
        else
        {
            GeneratedTag tag = PickTag();
            Expressions(tag.Parameters, depth - 1);
            _code.Op(Opcode.Throw, tag.Index);
        }

        End();
    }

    // Now and then also where there is none, which traps.
    private void ThrowAgain()
    {
        bool isChecked = random.Next(12) != 0;
        if (isChecked)
        {
            _code.Op(Opcode.LocalGet, KeptException).Op(Opcode.RefIsNull).Op(Opcode.I32Eqz);
            Begin(Opcode.If, [], t => t.Raw(0x40));
        }

        _code.Op(Opcode.LocalGet, KeptException).Op(Opcode.ThrowRef);
        if (isChecked)
        {
            End();
        }
    }

    private void Try(int depth)
    {
        GeneratedTag? tag = random.Next(4) == 0 ? null : PickTag();
        bool isKept = random.Next(2) == 0;
        ValueType[] caught = [.. tag?.Parameters ?? [], .. isKept ? [ValueType.ExnRef] : Array.Empty<ValueType>()];
        Begin(Opcode.Block, caught, t => WriteCaught(t, tag, isKept));
        List<Action<WasmBytes>> clauses = [t => WriteClause(t, tag, isKept, 0)];
        if (random.Next(2) == 0 && PickTag() is var other && LabelsOf(other.Parameters) is { Length: > 0 } labels)
        {
            uint label = labels[random.Next(labels.Length)];
            clauses.Insert(random.Next(2), t => WriteClause(t, other, isKept: false, label));
        }

        Begin(Opcode.TryTable, [], t =>
        {
            t.Raw(0x40).U32((uint)clauses.Count);
            clauses.ForEach(c => c(t));
        });
        Statements(random.Next(1, 3), depth - 1);
        Throw(depth - 1);
        if (callees.Length > 0)
        {
            CallForEffect(callees[random.Next(callees.Length)], depth - 1);
        }

        End();
        Expressions(caught, depth - 1);
        End();
        Consume(caught);
    }

    private GeneratedTag PickTag() => shape.Tags[random.Next(shape.Tags.Length)];

    private static void WriteCaught(WasmBytes type, GeneratedTag? tag, bool isKept)
    {
        if (tag is not null)
        {
            type.Signed(isKept ? tag.TypeCaughtAndKept : tag.TypeCaught);
        }
        else
        {
            type.Raw(isKept ? (byte)ValueType.ExnRef : (byte)0x40);
        }
    }

    private static void WriteClause(WasmBytes clauses, GeneratedTag? tag, bool isKept, uint label)
    {
        clauses.Raw((byte)((tag is null ? 2 : 0) + (isKept ? 1 : 0)));
        if (tag is not null)
        {
            clauses.U32(tag.Index);
        }

        clauses.U32(label);
    }
}
