using QuicWasm.Modules;

namespace QuicWasm.Interpreter.Tests;

/// <summary>Every vector instruction without memory against the scalar reference, bit for bit.</summary>
public sealed class VectorNumericTests
{
    private const int Seed = 20_261_121;
    private const int Inputs = 400;
    private const int ConstantInputs = 8;

    public static TheoryData<Opcode> Instructions() =>
        [.. OpcodeTable.All.Where(IsPure).Select(r => r.Opcode)];

    public static TheoryData<Opcode> LaneInstructions() =>
        [.. OpcodeTable.All.Where(r => r.Proposal == Proposals.Simd && r.Immediate == ImmediateKind.Lane).Select(r => r.Opcode)];

    [Theory]
    [MemberData(nameof(Instructions))]
    public void An_instruction_gives_what_the_scalar_reference_gives(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        var module = new WasmModuleBuilder();
        module.Function("f", [.. row.Operands], [.. row.Results], Parameters(row).Op(opcode));
        using var program = new WasmProgram(module);
        var inputs = new VectorInputs(Seed);
        for (int i = 0; i < Inputs; i++)
        {
            UInt128[] operands = [.. row.Operands.Select(inputs.Scalar)];
            AssertEqual(row, operands, VectorReference.Evaluate(row.Name, operands), program.Call("f", operands)[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Instructions))]
    public void Constant_operands_and_results_in_locals_change_nothing(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        var inputs = new VectorInputs(Seed + 1);
        for (int i = 0; i < ConstantInputs; i++)
        {
            UInt128[] operands = [.. row.Operands.Select(inputs.Scalar)];
            for (int constants = 0; constants < 1 << operands.Length; constants++)
            {
                using WasmProgram program = WithConstants(row, operands, constants);
                AssertEqual(row, operands, VectorReference.Evaluate(row.Name, operands), program.Call("f", operands)[0]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LaneInstructions))]
    public void Every_lane_is_taken_out_and_put_in(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        var module = new WasmModuleBuilder();
        for (int lane = 0; lane < row.LaneCount; lane++)
        {
            module.Function($"f{lane}", [.. row.Operands], [.. row.Results], Parameters(row).Op(opcode).Raw((byte)lane));
        }

        using var program = new WasmProgram(module);
        var inputs = new VectorInputs(Seed);
        for (int i = 0; i < Inputs; i++)
        {
            UInt128[] operands = [.. row.Operands.Select(inputs.Scalar)];
            int lane = i % row.LaneCount;
            AssertEqual(row, operands, VectorReference.Evaluate(row.Name, operands, lane), program.Call($"f{lane}", operands)[0]);
        }
    }

    [Fact]
    public void A_shuffle_takes_bytes_of_both_operands()
    {
        var random = new Random(Seed);
        var inputs = new VectorInputs(Seed);
        for (int i = 0; i < 50; i++)
        {
            byte[] lanes = [.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(32))];
            var module = new WasmModuleBuilder();
            ValueType[] two = [ValueType.V128, ValueType.V128];
            WasmBytes body = new WasmBytes().Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Op(Opcode.I8x16Shuffle).Raw(lanes);
            module.Function("f", two, [ValueType.V128], body.Op(Opcode.LocalSet, 1).Op(Opcode.LocalGet, 1));
            using var program = new WasmProgram(module);
            UInt128 a = inputs.Vector();
            UInt128 b = inputs.Vector();
            UInt128 Expected(int lane) => (lane < 16 ? a >> (8 * lane) : b >> (8 * (lane - 16))) & 0xFF;
            UInt128 expected = 0;
            for (int lane = 0; lane < 16; lane++)
            {
                expected |= Expected(lanes[lane]) << (8 * lane);
            }

            Assert.Equal(expected, program.Call("f", a, b)[0]);
        }
    }

    private static bool IsPure(OpcodeInfo row) => (row.Proposal is Proposals.Simd or Proposals.RelaxedSimd) && row.Immediate == ImmediateKind.None;

    private static WasmBytes Parameters(OpcodeInfo row)
    {
        var body = new WasmBytes();
        for (uint i = 0; i < row.Operands.Length; i++)
        {
            body.Op(Opcode.LocalGet, i);
        }

        return body;
    }

    // The result goes through a local of its own and through the first parameter, where the types allow.
    private static WasmProgram WithConstants(OpcodeInfo row, UInt128[] operands, int constants)
    {
        var body = new WasmBytes();
        for (int i = 0; i < operands.Length; i++)
        {
            _ = (constants & (1 << i)) != 0 ? body.Constant(row.Operands[i], operands[i]) : body.Op(Opcode.LocalGet, (uint)i);
        }

        uint target = row.Results[0] == row.Operands[0] ? 0 : (uint)operands.Length;
        body.Op(row.Opcode).Op(Opcode.LocalSet, target).Op(Opcode.LocalGet, target);
        var module = new WasmModuleBuilder();
        module.Function("f", [.. row.Operands], [.. row.Results], body, row.Results[0]);
        return new WasmProgram(module);
    }

    private static void AssertEqual(OpcodeInfo row, UInt128[] operands, UInt128 expected, UInt128 actual) => Assert.True(
        expected == actual, $"{row.Name}({string.Join(", ", operands.Select(o => $"{o:x32}"))}) gave {actual:x32}, expected {expected:x32}");
}
