using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>The core suite in the interpreter.</summary>
public sealed class InterpreterCoreSuite(ITestOutputHelper output) : CoreSuiteTests(output)
{
    protected override IEngine CreateEngine(RuntimeContext context) => new InterpreterEngine(context);

    protected override IEngine CreateOtherEngine(RuntimeContext context) => new InterpreterEngine(context);
}
