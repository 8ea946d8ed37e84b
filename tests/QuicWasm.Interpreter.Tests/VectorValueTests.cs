using QuicWasm.Modules;

namespace QuicWasm.Interpreter.Tests;

/// <summary>Vectors as values: two slots each, through everything that moves values, also while the stack is captured and resumed.</summary>
public sealed class VectorValueTests
{
    private static readonly UInt128 A = UInt128.Parse("0123456789ABCDEFFEDCBA9876543210", System.Globalization.NumberStyles.HexNumber, null);
    private static readonly UInt128 B = ~A << 3;
    private static readonly UInt128 C = UInt128.MaxValue >> 5;

    // Of 50 rounds: the entry, 50 entries of the callee, and 49 times back to the loop's header.
    private const int SafePoints = 100;

    private const ValueType V = ValueType.V128;
    private const ValueType I = ValueType.I32;

    [Fact]
    public void Select_takes_the_whole_vector()
    {
        using WasmProgram program = Program([V, V, I], [V], b => b
            .Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.LocalGet, 2).Op(Opcode.Select));
        Assert.Equal([A], program.Call("f", A, B, 1));
        Assert.Equal([B], program.Call("f", A, B, 0));
    }

    [Fact]
    public void Select_takes_constants_and_the_same_local_that_it_sets()
    {
        using WasmProgram program = Program([V, I], [V], b => b
            .V128(B).Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Raw((byte)Opcode.SelectTyped, 1, (byte)V)
            .Op(Opcode.LocalTee, 0).Op(Opcode.LocalGet, 0).Op(Opcode.V128Xor).Op(Opcode.LocalGet, 0).Op(Opcode.V128Or));
        Assert.Equal([B], program.Call("f", A, 1));
        Assert.Equal([A], program.Call("f", A, 0));
    }

    [Fact]
    public void A_local_that_changes_leaves_its_old_value_on_the_stack()
    {
        using WasmProgram program = Program([V, V], [V, V, V], b => b
            .Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.LocalSet, 0).Op(Opcode.LocalGet, 0)
            .Op(Opcode.LocalGet, 0).Op(Opcode.V128Not).Op(Opcode.LocalSet, 0).Op(Opcode.LocalGet, 0));
        Assert.Equal([A, B, ~B], program.Call("f", A, B));
    }

    [Fact]
    public void Locals_begin_as_zero_and_drop_takes_two_slots()
    {
        using WasmProgram program = Program([I], [I, V, I], b => b
            .Op(Opcode.LocalGet, 0).V128(A).Op(Opcode.Drop).Op(Opcode.LocalGet, 1).I32(7), V);
        Assert.Equal([5, 0, 7], program.Call("f", 5));
    }

    [Fact]
    public void A_global_holds_a_vector()
    {
        var module = new WasmModuleBuilder();
        uint global = module.Global(V, A);
        module.Function("f", [V], [V, V], new WasmBytes()
            .Op(Opcode.GlobalGet, global).Op(Opcode.LocalGet, 0).Op(Opcode.GlobalSet, global).Op(Opcode.GlobalGet, global));
        using var program = new WasmProgram(module);
        Assert.Equal([A, B], program.Call("f", B));
        Assert.Equal([B, C], program.Call("f", C));
    }

    [Fact]
    public void Blocks_take_and_give_vectors_among_numbers()
    {
        var module = new WasmModuleBuilder();
        uint type = module.Type([V, I, V], [V, I, V]);
        module.Function("f", [V, V, I], [V, I, V], new WasmBytes()
            .I32(9).Op(Opcode.LocalGet, 0).I32(3).Op(Opcode.LocalGet, 1)
            .Op(Opcode.Block, type)
            .Op(Opcode.LocalGet, 2).Op(Opcode.BrIf, 0)
            .Op(Opcode.Drop).Op(Opcode.Drop).Op(Opcode.Drop)
            .V128(B).I32(4).V128(C).Op(Opcode.Br, 0)
            .Op(Opcode.End)
            .Op(Opcode.LocalSet, 0).Op(Opcode.LocalSet, 2).Op(Opcode.LocalSet, 1).Op(Opcode.Drop)
            .Op(Opcode.LocalGet, 1).Op(Opcode.LocalGet, 2).Op(Opcode.LocalGet, 0));
        using var program = new WasmProgram(module);
        Assert.Equal([A, 3, C], program.Call("f", A, C, 1));
        Assert.Equal([B, 4, C], program.Call("f", A, A, 0));
    }

    // Every target moves two vectors down by one slot, so that source and destination overlap.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void A_branch_table_carries_vectors_over_what_lies_below(int index)
    {
        var module = new WasmModuleBuilder();
        uint pair = module.Type([], [V, V]);
        WasmBytes body = new WasmBytes().Op(Opcode.Block, pair).Op(Opcode.Block, pair)
            .I32(1).Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.V128Not).Op(Opcode.LocalGet, 2)
            .Op(Opcode.BrTable).Raw(2, 0, 1, 2)
            .Op(Opcode.End).Op(Opcode.V128Not).Op(Opcode.Br, 0)
            .Op(Opcode.End).Op(Opcode.V128Not);
        module.Function("f", [V, V, I], [V, V], body);
        using var program = new WasmProgram(module);
        UInt128 second = index == 1 ? B : ~B;
        Assert.Equal([A, second], program.Call("f", A, B, (uint)index));
    }

    // turn: (x, n, y) gives (y, n + 1, x).
    [Fact]
    public void Calls_carry_vectors_directly_and_through_a_table()
    {
        var module = new WasmModuleBuilder();
        ValueType[] three = [V, I, V];
        uint type = module.Type(three, three);
        module.Function("turn", three, three, new WasmBytes()
            .Op(Opcode.LocalGet, 2).Op(Opcode.LocalGet, 1).I32(1).Op(Opcode.I32Add).Op(Opcode.LocalGet, 0));
        module.Function("f", three, [I, V, I, V], new WasmBytes()
            .I32(77).Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.LocalGet, 2)
            .Op(Opcode.Call, 0).I32(0).Op(Opcode.CallIndirect, type).Raw(0).Op(Opcode.Call, 0));
        using var program = new WasmProgram(module);
        Assert.Equal([77, B, 13, A], program.Call("f", A, 10, B));
        Assert.Equal([77, B, 13, A], program.CallWithCaptures("f", 1, A, 10, B).Results);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_loop_of_calls_gives_the_same_with_captures(int every)
    {
        using var program = new WasmProgram(SummingModule());
        UInt128[] plain = program.Call("f", A, B, 50);
        (UInt128[] results, int captures) = program.CallWithCaptures("f", every, A, B, 50);
        Assert.Equal(plain, results);
        Assert.Equal(ExpectedSum(50), plain);
        Assert.Equal(SafePoints / every, captures);
    }

    private static UInt128[] ExpectedSum(int rounds)
    {
        UInt128 sum = A;
        for (int i = 0; i < rounds; i++)
        {
            sum = VectorReference.Evaluate("i32x4.add", [sum, VectorReference.Evaluate("i16x8.mul", [B, sum])]);
        }

        return [sum, ~B];
    }

    // f: (sum, b, rounds) loops with sum += mul(b, sum), while ~b and a number wait on the stack below.
    private static WasmModuleBuilder SummingModule()
    {
        var module = new WasmModuleBuilder();
        ValueType[] two = [V, V];
        uint type = module.Type(two, [V]);
        module.Function("mul", two, [V], new WasmBytes().Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.I16x8Mul));
        module.Function("f", [V, V, I], two, new WasmBytes()
            .I32(42).Op(Opcode.LocalGet, 1).Op(Opcode.V128Not)
            .Op(Opcode.Loop).Raw(0x40)
            .Op(Opcode.LocalGet, 0)
            .Op(Opcode.LocalGet, 1).Op(Opcode.LocalGet, 0).I32(0).Op(Opcode.CallIndirect, type).Raw(0)
            .Op(Opcode.I32x4Add).Op(Opcode.LocalSet, 0)
            .Op(Opcode.LocalGet, 2).I32(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, 2).Op(Opcode.BrIf, 0)
            .Op(Opcode.End)
            .Op(Opcode.LocalSet, 1).Op(Opcode.Drop).Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1));
        return module;
    }

    private static WasmProgram Program(ValueType[] parameters, ValueType[] results, Func<WasmBytes, WasmBytes> body, params ValueType[] locals)
    {
        var module = new WasmModuleBuilder();
        module.Function("f", parameters, results, body(new WasmBytes()), locals);
        return new WasmProgram(module);
    }
}
