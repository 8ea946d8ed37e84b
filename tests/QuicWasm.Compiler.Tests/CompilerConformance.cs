using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>The suite of every engine, where each function is compiled at its first call.</summary>
public class CompilerConformance : EngineConformance
{
    protected override IEngine CreateEngine(RuntimeContext context) =>
        new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager);
}
