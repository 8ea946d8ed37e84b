using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler.Tests;

/// <summary>Stacks of the compiler go on in the interpreter.</summary>
public sealed class CompilerToInterpreter : CompilerConformance
{
    protected override IEngine CreateOtherEngine(RuntimeContext context) => new InterpreterEngine(context);
}
