using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>The core suite compiled; images go on in the interpreter.</summary>
public sealed class CompilerCoreSuite(ITestOutputHelper output) : CoreSuiteTests(output)
{
    protected override IEngine CreateEngine(RuntimeContext context) =>
        new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager);

    protected override IEngine CreateOtherEngine(RuntimeContext context) => new InterpreterEngine(context);
}
