using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>The core suite with tiers; images go on compiled.</summary>
public sealed class TieredCoreSuite(ITestOutputHelper output) : CoreSuiteTests(output)
{
    protected override IEngine CreateEngine(RuntimeContext context) => new CompilerEngine(context, c => new InterpreterEngine(c));

    protected override IEngine CreateOtherEngine(RuntimeContext context) =>
        new CompilerEngine(context, c => new InterpreterEngine(c), CompileMode.Eager);
}
