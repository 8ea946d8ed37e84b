using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>The JIT takes the wrong zero for a minimum of which it knows an operand: that is not ours to take.</summary>
public sealed class KnownZerosTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_zeros_the_minimum_is_the_negative_one_and_the_maximum_the_positive_one(bool isCompiled)
    {
        ValidatedModule zeros = TestPrograms.Load("zeros");
        using var context = new RuntimeContext(new Configure
        {
            Engine = c => isCompiled ? new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager) : new InterpreterEngine(c),
        });
        ModuleInstance instance = context.Instantiate(zeros);
        foreach (string export in zeros.Module.Exports.Select(e => e.Name))
        {
            // Beside a positive zero that is known, all others are negative; beside a negative one only that itself is.
            (uint all, uint known) = export.StartsWith("f32x4", StringComparison.Ordinal) ? (15U, 3U) : (3U, 1U);
            uint least = export.Contains("plus_", StringComparison.Ordinal) ? all : known;
            ulong[] results = new ulong[1];
            context.Invoke(instance.Function(export), [], results);
            Assert.Equal((export, export.Contains("min_", StringComparison.Ordinal) ? least : 0U), (export, (uint)results[0]));
        }
    }
}
