using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>The engines that suites run in; images of each go on in another one.</summary>
internal static class Engines
{
    private const string Interpreter = "interpreter";
    private const string Compiler = "compiler";
    private const string Compared = "compiler with comparisons";
    private const string Tiered = "tiered";

    /// <summary>Every script in every engine.</summary>
    public static TheoryData<string, string> Each(SpecSuite suite)
    {
        var rows = new TheoryData<string, string>();
        foreach (string engine in (string[])[Interpreter, Compiler, Compared, Tiered])
        {
            foreach (string script in suite.Scripts)
            {
                rows.Add(engine, script);
            }
        }

        return rows;
    }

    /// <summary>The options of a script's runtime.</summary>
    public static Configure Configure(string engine, SpecSuite suite) => new()
    {
        Engine = c => Create(engine, c),
        Features = suite.Features,
        MemoryChecks = engine == Compared ? MemoryChecks.Compared : MemoryChecks.Guarded,
    };

    /// <summary>The options of the runtime that a frozen script goes on in.</summary>
    public static Configure ConfigureOther(string engine, SpecSuite suite) => Configure(
        engine switch
        {
            Interpreter => Interpreter,
            Compiler or Compared => Interpreter,
            _ => Compiler,
        },
        suite);

    private static IEngine Create(string engine, RuntimeContext context) => engine switch
    {
        Interpreter => new InterpreterEngine(context),
        Compiler or Compared => new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager),
        _ => new CompilerEngine(context, c => new InterpreterEngine(c)),
    };
}
