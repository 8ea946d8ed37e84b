using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Interpreter.Tests;

/// <summary>The suite of every engine, over the interpreter.</summary>
public sealed class InterpreterConformance : EngineConformance
{
    protected override IEngine CreateEngine(RuntimeContext context) => new InterpreterEngine(context);
}
