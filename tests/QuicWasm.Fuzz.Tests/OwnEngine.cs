using System.Globalization;
using System.Security.Cryptography;
using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Fuzz.Tests;

/// <summary>Runs a generated module in the interpreter, and says what came out in the words of the other engine.</summary>
internal sealed class OwnEngine(GeneratedModule module, Random? moves)
{
    /// <summary>How often a stack was captured and resumed.</summary>
    public int Captures { get; private set; }

    /// <summary>What each call gave, and the state at the end.</summary>
    public string[] Run()
    {
        using var context = new RuntimeContext(new Configure { Engine = c => new InterpreterEngine(c), MaxStackBytes = 1 << 20 });
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(module.Binary));
        var lines = new List<string>();
        foreach (GeneratedCall call in module.Calls)
        {
            instance.Global("g4").Low = ModuleGenerator.Fuel;
            lines.Add(Call(context, instance.Function(call.Function), call));
        }

        lines.Add(State(instance));
        return [.. lines];
    }

    private string Call(RuntimeContext context, FunctionInstance function, GeneratedCall call)
    {
        ulong[] results = new ulong[call.Results.Length];
        try
        {
            Arm(context);
            ExecutionOutcome outcome = context.Invoke(function, call.Arguments, results);
            while (outcome.Stack is { } stack)
            {
                Captures++;
                context.Interruption.Clear();
                Arm(context);
                outcome = context.Resume(stack, results);
            }

            return string.Join(' ', results.Select((r, i) => Text(call.Results[i], r)));
        }
        catch (TrapException e)
        {
            return $"trap: {Kind(e.Kind)}";
        }
        finally
        {
            context.Interruption.Clear();
        }
    }

    private void Arm(RuntimeContext context)
    {
        if (moves is not null)
        {
            context.Interruption.RequestAfter(moves.Next(1, 25));
        }
    }

    private static string State(ModuleInstance instance)
    {
        IEnumerable<string> globals = instance.Globals.Select(g => Text(g.Type.ValueType, g.Low));
        MemoryInstance memory = instance.Memory("memory");
        return $"{string.Join(' ', globals)} {Convert.ToHexStringLower(SHA256.HashData(memory.Span(0, memory.LengthBytes)))}";
    }

    private static string Text(ValueType type, ulong bits) => type switch
    {
        ValueType.F32 when float.IsNaN(BitConverter.UInt32BitsToSingle((uint)bits)) => "nan",
        ValueType.F64 when double.IsNaN(BitConverter.UInt64BitsToDouble(bits)) => "nan",
        ValueType.I32 or ValueType.F32 => ((uint)bits).ToString("x", CultureInfo.InvariantCulture),
        _ => bits.ToString("x", CultureInfo.InvariantCulture),
    };

    private static string Kind(TrapKind kind) => kind switch
    {
        TrapKind.Unreachable => "unreachable",
        TrapKind.IntegerDivideByZero => "divide by zero",
        TrapKind.IntegerOverflow or TrapKind.InvalidConversionToInteger => "overflow",
        TrapKind.OutOfBoundsMemoryAccess => "memory",
        TrapKind.UndefinedElement => "undefined element",
        TrapKind.UninitializedElement or TrapKind.IndirectCallTypeMismatch => "signature",
        _ => kind.ToString(),
    };
}
