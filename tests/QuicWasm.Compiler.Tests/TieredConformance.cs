using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>The suite of every engine, where functions start in the interpreter.</summary>
public sealed class TieredConformance : EngineConformance
{
    protected override IEngine CreateEngine(RuntimeContext context) => new CompilerEngine(context, c => new InterpreterEngine(c));
}
