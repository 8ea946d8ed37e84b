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
    /// <param name="name">The name.</param>
    /// <param name="cache">Where compiled code is kept, or null.</param>
    public static Func<RuntimeContext, IEngine> Named(string name, CodeCache? cache = null) => name switch
    {
        Interpreter => static context => new InterpreterEngine(context),
        Compiler => context => Compiled(context, CompileMode.Eager, hasSafePoints: true, cache),
        Unfreezable => context => Compiled(context, CompileMode.Tiered, hasSafePoints: false, cache),
        _ => context => Compiled(context, CompileMode.Tiered, hasSafePoints: true, cache),
    };

    private static CompilerEngine Compiled(RuntimeContext context, CompileMode mode, bool hasSafePoints, CodeCache? cache) =>
        new(context, static c => new InterpreterEngine(c), mode, hasSafePoints, cache);
}
