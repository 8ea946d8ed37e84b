using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>Stacks of the interpreter go on in the compiler.</summary>
public sealed class InterpreterToCompiler : EngineConformance
{
    protected override IEngine CreateEngine(RuntimeContext context) => new InterpreterEngine(context);

    protected override IEngine CreateOtherEngine(RuntimeContext context) =>
        new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager);
}
