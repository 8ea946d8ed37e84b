using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Evaluates a validated constant expression (spec: valid/instructions, section 3.4.10).</summary>
internal static class ConstantEvaluator
{
    /// <summary>The value, in two slots; the high one means something for v128 only.</summary>
    public static (ulong Low, ulong High) Evaluate(ConstantExpression expression, ModuleInstance instance)
    {
        if (expression.Instructions.Length == 1)
        {
            // Nearly all expressions, of which there may be millions.
            return Read(expression.Instructions[0], instance);
        }

        var values = new Stack<(ulong Low, ulong High)>();
        foreach (ConstantInstruction instruction in expression.Instructions)
        {
            if (instruction.Opcode is Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul or Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul)
            {
                ulong right = values.Pop().Low;
                values.Push((Compute(instruction.Opcode, values.Pop().Low, right), 0));
            }
            else
            {
                values.Push(Read(instruction, instance));
            }
        }

        return values.Pop();
    }

    private static ulong Compute(Opcode opcode, ulong left, ulong right) => opcode switch
    {
        Opcode.I32Add => unchecked((uint)left + (uint)right),
        Opcode.I32Sub => unchecked((uint)left - (uint)right),
        Opcode.I32Mul => unchecked((uint)left * (uint)right),
        Opcode.I64Add => left + right,
        Opcode.I64Sub => left - right,
        _ => left * right,
    };

    private static (ulong Low, ulong High) Read(ConstantInstruction instruction, ModuleInstance instance) => instruction.Opcode switch
    {
        Opcode.GlobalGet => Read(instance.Globals[(int)instruction.Low]),
        Opcode.RefFunc => (Reference.OfFunction(instance.Functions[(int)instruction.Low].Address), 0),
        Opcode.RefNull => (Reference.Null, 0),
        _ => (instruction.Low, instruction.High),
    };

    private static (ulong Low, ulong High) Read(GlobalInstance global)
    {
        global.EnsurePresent();
        return (global.Low, global.High);
    }
}
