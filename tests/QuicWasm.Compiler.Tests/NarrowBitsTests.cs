using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>The JIT reads four bytes where the bits of a float are a byte that lies in memory: that is not ours to see.</summary>
public sealed class NarrowBitsTests
{
    private static readonly Dictionary<string, uint> Expected = new()
    {
        ["i8x16.extract_lane_u"] = 0x95,
        ["i8x16.extract_lane_s"] = 0xFFFFFF95,
        ["i16x8.extract_lane_u"] = 0x8483,
        ["i16x8.extract_lane_s"] = 0xFFFF8483,
        ["i32x4.extract_lane"] = 0x88878685,
        ["i32.load8_u"] = 0x83,
        ["i32.load8_s"] = 0xFFFFFF83,
        ["i32.load16_u"] = 0x8483,
        ["i32.load16_s"] = 0xFFFF8483,
        ["i32.load"] = 0x86858483,
        ["i32.wrap_i64"] = 0x83,
        ["i32.or"] = 0x83,
        ["i32.and"] = 0x83,
        ["i32.extend8_s"] = 0xFFFFFF83,
        ["select"] = 0x83,
        ["local"] = 0x83,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bits_of_a_float_that_are_a_byte_are_no_more_than_that(bool isCompiled)
    {
        using var context = new RuntimeContext(new Configure
        {
            Engine = c => isCompiled ? new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager) : new InterpreterEngine(c),
        });
        ModuleInstance instance = context.Instantiate(TestPrograms.Load("narrow"));
        foreach ((string export, uint bits) in Expected)
        {
            FunctionInstance function = instance.Function(export);
            ulong[] results = new ulong[1];
            context.Invoke(function, new ulong[function.Type.ParameterSlots], results);
            Assert.Equal((export, $"{bits:x}"), (export, $"{results[0]:x}"));
        }
    }
}
