using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Cli;

/// <summary>The engines, by the names that <c>--engine</c> takes.</summary>
internal static class Engines
{
    /// <summary>Starts in the interpreter, and compiles what runs often.</summary>
    public const string Tiered = "tiered";

    private const string Interpreter = "interpreter";
    private const string Compiler = "compiler";

    private const string Unfreezable = "unfreezable";

    /// <summary>All names, the default first.</summary>
    public static string[] Names => [Tiered, Interpreter, Compiler, Unfreezable];

    /// <summary>Makes the engine of that name.</summary>
    public static Func<RuntimeContext, IEngine> Named(string name) => name switch
    {
        Interpreter => static context => new InterpreterEngine(context),
        Compiler => static context => new CompilerEngine(context, static c => new InterpreterEngine(c), CompileMode.Eager),
        Unfreezable => static context => new CompilerEngine(context, static c => new InterpreterEngine(c), CompileMode.Tiered, hasSafePoints: false),
        _ => static context => new CompilerEngine(context, static c => new InterpreterEngine(c)),
    };
}
