using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Evaluates a validated constant expression (spec: valid/instructions, section 3.4.10).</summary>
internal static class ConstantEvaluator
{
    /// <summary>The value, in two slots; the high one means something for v128 only.</summary>
    public static (ulong Low, ulong High) Evaluate(ConstantExpression expression, ModuleInstance instance)
    {
        (ulong Low, ulong High) value = default;
        foreach (ConstantInstruction instruction in expression.Instructions)
        {
            value = instruction.Opcode switch
            {
                Opcode.GlobalGet => Read(instance.Globals[(int)instruction.Low]),
                Opcode.RefFunc => (Reference.OfFunction(instance.Functions[(int)instruction.Low].Address), 0),
                Opcode.RefNull => (Reference.Null, 0),
                _ => (instruction.Low, instruction.High),
            };
        }

        return value;
    }

    private static (ulong Low, ulong High) Read(GlobalInstance global)
    {
        global.EnsurePresent();
        return (global.Low, global.High);
    }
}
