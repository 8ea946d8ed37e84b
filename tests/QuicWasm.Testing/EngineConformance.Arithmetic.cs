using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

// Values that a compiler below the engine may know, and what comes first of two traps: findings of the differential fuzzer.
public abstract partial class EngineConformance
{
    [Fact]
    public void A_branch_on_a_rotated_zero_is_not_taken()
    {
        Assert.Equal(7u, Evaluate(Code().Op(Opcode.Block).Raw(0x40)
            .Op(Opcode.GlobalGet, 0).I32(1).Op(Opcode.I32Rotl).Op(Opcode.BrIf, 0).I32(7).Op(Opcode.Return).Op(Opcode.End).I32(8)));
        Assert.Equal(1u, Evaluate(Code().Op(Opcode.GlobalGet, 0).I32(5).Op(Opcode.I32Rotr).Op(Opcode.LocalTee, 0).Op(Opcode.I32Eqz)));
    }

    [Fact]
    public void A_branch_on_a_rotated_zero_that_comes_out_of_a_block_is_not_taken()
    {
        WasmBytes rotated = Code().Op(Opcode.GlobalGet, 0).I32(1).Op(Opcode.I32Rotl);
        WasmBytes[] values =
        [
            Code().Op(Opcode.GlobalGet, 0).Op(Opcode.I32Eqz).Op(Opcode.If).Raw(0x7F).Raw(rotated.ToArray()).Op(Opcode.Else).I32(9).Op(Opcode.End),
            Code().Op(Opcode.GlobalGet, 0).Op(Opcode.If).Raw(0x7F).I32(9).Op(Opcode.Else).Raw(rotated.ToArray()).Op(Opcode.End).Op(Opcode.LocalSet, 0).Op(Opcode.LocalGet, 0),
            Code().Raw(rotated.ToArray()).I32(9).Op(Opcode.GlobalGet, 0).Op(Opcode.I32Eqz).Op(Opcode.Select),
            Code().Raw(rotated.ToArray()).Op(Opcode.I64ExtendI32U).Op(Opcode.I64Eqz).Op(Opcode.I32Eqz),
        ];
        Assert.All(values, v => Assert.Equal(7u, Evaluate(
            Code().Op(Opcode.Block).Raw(0x40).Raw(v.ToArray()).Op(Opcode.BrIf, 0).I32(7).Op(Opcode.Return).Op(Opcode.End).I32(8))));
    }

    [Fact]
    public void Floats_that_come_out_of_blocks_are_compared_as_floats_beside_rotations() =>
        Assert.Equal(1u, Evaluate(Code().Op(Opcode.GlobalGet, 0).I32(1).Op(Opcode.I32Rotl).Op(Opcode.LocalSet, 0)
            .Op(Opcode.Block).Raw(0x7C).Constant(ValueType.F64, 0xBFF8_0000_0000_0000).Op(Opcode.GlobalGet, 0).Op(Opcode.BrIf, 0).Op(Opcode.End)
            .Op(Opcode.Block).Raw(0x7C).Constant(ValueType.F64, 0xBFF0_0000_0000_0000).Op(Opcode.GlobalGet, 0).Op(Opcode.BrIf, 0).Op(Opcode.End).Op(Opcode.F64Lt)));

    [Fact]
    public void A_rotated_constant_is_divided_as_a_signed_number() =>
        Assert.Equal(unchecked((uint)-67108865), Evaluate(Code().I32(-3).I32(39).Op(Opcode.I32Rotr).Op(Opcode.GlobalGet, 0).I32(1).Op(Opcode.I32Or).Op(Opcode.I32DivS)));

    [Fact]
    public void The_smaller_of_two_known_zeros_is_the_negative_one_and_the_larger_the_positive_one()
    {
        WasmBytes Zeros(Opcode first, Opcode second) => Code().Op(Opcode.LocalGet, 1).Constant(ValueType.F32, 0x8000_0000).Op(first).Op(Opcode.I32ReinterpretF32)
            .Op(Opcode.LocalGet, 2).Constant(ValueType.F64, 1UL << 63).Op(second).Op(Opcode.I64ReinterpretF64).I32(0).Op(Opcode.I64ExtendI32U).Op(Opcode.I64Ne).Op(Opcode.I32Or);
        Assert.Equal(0x8000_0001u, Evaluate(Zeros(Opcode.F32Min, Opcode.F64Min)));
        Assert.Equal(0u, Evaluate(Zeros(Opcode.F32Max, Opcode.F64Max)));
    }

    [Fact]
    public void A_loaded_byte_becomes_a_float_of_its_bits_alone()
    {
        WasmBytes bytes = Code().I32(0).I32(0x41424344).Access(Opcode.I32Store, 0);
        WasmBytes Smaller(WasmBytes value) => Code().Raw(bytes.ToArray()).Raw(value.ToArray()).Op(Opcode.F32ReinterpretI32).Constant(ValueType.F32, 0x3F80_0000).Op(Opcode.F32Lt);
        Assert.Equal(1u, Evaluate(Smaller(Code().Op(Opcode.GlobalGet, 0).Access(Opcode.I32Load8U, 0))));
        Assert.Equal(1u, Evaluate(Smaller(Code().Op(Opcode.GlobalGet, 0).Access(Opcode.I32Load16U, 0).Op(Opcode.LocalSet, 0).Op(Opcode.LocalGet, 0))));
    }

    [Fact]
    public void Of_two_traps_the_first_one_is_raised()
    {
        WasmBytes quotient = Code().I32(1).Op(Opcode.GlobalGet, 0).Op(Opcode.I32DivU);
        WasmBytes overflow = Code().Constant(ValueType.F64, BitConverter.DoubleToUInt64Bits(1e30)).Op(Opcode.I32TruncF64S);
        WasmBytes load = Code().Op(Opcode.GlobalGet, 0).I32(1).Op(Opcode.I32Sub).Access(Opcode.I32Load, 0);
        foreach ((WasmBytes first, TrapKind kind) in ((WasmBytes, TrapKind)[])
            [(quotient, TrapKind.IntegerDivideByZero), (overflow, TrapKind.IntegerOverflow), (load, TrapKind.OutOfBoundsMemoryAccess)])
        {
            foreach (WasmBytes second in (WasmBytes[])[quotient, overflow, load])
            {
                WasmBytes both = Code().Raw(first.ToArray()).Raw(second.ToArray());
                WasmBytes[] uses =
                [
                    Code().Raw(both.ToArray()).Op(Opcode.LocalSet, 0),
                    Code().Raw(both.ToArray()).Op(Opcode.Drop),
                    Code().Raw(both.ToArray()).Op(Opcode.GlobalSet, 0),
                    Code().Raw(both.ToArray()).Access(Opcode.I32Store, 0).I32(0),
                    Code().Raw(both.ToArray()).Access(Opcode.I32Load, 0).Op(Opcode.I32Add),
                ];
                Assert.All(uses, use => Assert.Equal(kind, Assert.Throws<TrapException>(() => Evaluate(use)).Kind));
            }
        }
    }

    private static WasmBytes Code() => new();

    // What a function without parameters gives: with locals i32, f32, f64, a global that is 0, and a memory of a page.
    private uint Evaluate(WasmBytes code)
    {
        WasmBytes body = new WasmBytes().U32(3).U32(1).Raw((byte)ValueType.I32).U32(1).Raw((byte)ValueType.F32).U32(1).Raw((byte)ValueType.F64)
            .Raw(code.ToArray()).Op(Opcode.End);
        byte[] binary = new WasmBytes().Raw("\0asm\u0001\0\0\0"u8)
            .Raw(1).Sized(new WasmBytes().U32(1).Raw(0x60).Types().Types(ValueType.I32))
            .Raw(3).Sized(new WasmBytes().U32(1).U32(0))
            .Raw(5).Sized(new WasmBytes().U32(1).Raw(0).U32(1))
            .Raw(6).Sized(new WasmBytes().U32(1).Raw((byte)ValueType.I32, 1).I32(0).Op(Opcode.End))
            .Raw(7).Sized(new WasmBytes().U32(1).Sized(new WasmBytes().Raw("run"u8)).Raw(0).U32(0))
            .Raw(10).Sized(new WasmBytes().U32(1).Sized(body)).ToArray();
        using RuntimeContext context = NewContext();
        return (uint)context.CallI32(context.Instantiate(ModuleLoader.Load(binary)), "run");
    }
}
