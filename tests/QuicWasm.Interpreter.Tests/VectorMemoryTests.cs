using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter.Tests;

/// <summary>Vector loads and stores: what they move, and that they touch no byte beyond their width.</summary>
public sealed class VectorMemoryTests
{
    private const int Seed = 20_261_121;
    private const int PageBytes = 65_536;
    private const uint Offset = 3;

    public static TheoryData<Opcode> Loads() => Rows(r => r.Immediate == ImmediateKind.MemArg && r.Results.Length > 0);

    public static TheoryData<Opcode> Stores() => Rows(r => r.Results.Length == 0);

    public static TheoryData<Opcode> LaneLoads() => Rows(r => r.Immediate == ImmediateKind.MemArgAndLane && r.Results.Length > 0);

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_load_reads_extends_and_repeats_as_its_name_says(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        var module = new WasmModuleBuilder();
        module.Function("f", [ValueType.I32], [ValueType.V128], new WasmBytes().Op(Opcode.LocalGet, 0).Access(opcode, Offset));
        using WasmProgram program = WithRandomMemory(module, out byte[] bytes);
        foreach (int address in Addresses(row))
        {
            UInt128 expected = Loaded(row.Name, Read(bytes, address + (int)Offset, row.WidthBytes));
            Assert.Equal(expected, program.Call("f", (uint)address)[0]);
        }

        AssertTraps(program, row);
    }

    [Theory]
    [MemberData(nameof(LaneLoads))]
    public void A_lane_load_changes_its_lane_only(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        for (int lane = 0; lane < row.LaneCount; lane++)
        {
            var module = new WasmModuleBuilder();
            WasmBytes body = new WasmBytes().Op(Opcode.LocalGet, 0).Op(Opcode.LocalGet, 1).Access(opcode, Offset).Raw((byte)lane);
            ValueType[] parameters = [ValueType.I32, ValueType.V128];
            module.Function("f", parameters, [ValueType.V128], body.Op(Opcode.LocalSet, 1).Op(Opcode.LocalGet, 1));
            using WasmProgram program = WithRandomMemory(module, out byte[] bytes);
            var inputs = new VectorInputs(Seed);
            int shift = 8 * row.WidthBytes * lane;
            UInt128 mask = (UInt128.MaxValue >> (128 - (8 * row.WidthBytes))) << shift;
            foreach (int address in Addresses(row))
            {
                UInt128 vector = inputs.Vector();
                UInt128 expected = (vector & ~mask) | (Read(bytes, address + (int)Offset, row.WidthBytes) << shift);
                Assert.Equal(expected, program.Call("f", (uint)address, vector)[0]);
            }

            AssertTraps(program, row, UInt128.MaxValue);
        }
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_store_writes_its_width_only(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        for (int lane = 0; lane < Math.Max(1, row.LaneCount); lane++)
        {
            foreach (bool isConstant in (bool[])[false, true])
            {
                AssertStores(row, lane, isConstant);
            }
        }
    }

    private static void AssertStores(OpcodeInfo row, int lane, bool isConstant)
    {
        UInt128 vector = new VectorInputs(Seed + lane).Vector();
        WasmBytes body = new WasmBytes().Op(Opcode.LocalGet, 0);
        _ = isConstant ? body.V128(vector) : body.Op(Opcode.LocalGet, 1);
        body.Access(row.Opcode, Offset);
        if (row.LaneCount > 0)
        {
            body.Raw((byte)lane);
        }

        var module = new WasmModuleBuilder();
        module.Function("f", [ValueType.I32, ValueType.V128], [], body);
        using WasmProgram program = WithRandomMemory(module, out byte[] bytes);
        foreach (int address in Addresses(row))
        {
            program.Call("f", (uint)address, vector);
            for (int i = 0; i < row.WidthBytes; i++)
            {
                bytes[address + (int)Offset + i] = (byte)(vector >> (8 * ((lane * row.WidthBytes) + i)));
            }

            Assert.True(Memory(program).SequenceEqual(bytes), $"{row.Name} {lane} at {address}");
        }

        AssertTraps(program, row, vector);
        Assert.True(Memory(program).SequenceEqual(bytes), "a store that traps must write nothing");
    }

    private static TheoryData<Opcode> Rows(Func<OpcodeInfo, bool> isWanted) =>
        [.. OpcodeTable.All.Where(r => r.Proposal == Proposals.Simd && r.WidthBytes > 0 && isWanted(r)).Select(r => r.Opcode)];

    // Unaligned ones, and the last one that is inside the memory.
    private static int[] Addresses(OpcodeInfo row) => [0, 1, 13, 1024, 4089, PageBytes - (int)Offset - row.WidthBytes];

    private static void AssertTraps(WasmProgram program, OpcodeInfo row, params UInt128[] more)
    {
        uint first = PageBytes - Offset - (uint)row.WidthBytes + 1;
        foreach (uint address in (uint[])[first, PageBytes - Offset, PageBytes, 0x7FFFFFFF, 0x80000000, uint.MaxValue - 2, uint.MaxValue])
        {
            var trap = Assert.Throws<TrapException>(() => program.Call("f", [address, .. more]));
            Assert.Equal(TrapKind.OutOfBoundsMemoryAccess, trap.Kind);
        }
    }

    private static UInt128 Loaded(string name, UInt128 bits)
    {
        string what = name["v128.load".Length..];
        if (what.EndsWith("_splat", StringComparison.Ordinal))
        {
            int width = int.Parse(what[..^"_splat".Length], null);
            return new Lanes(width, 128 / width, false).Make(_ => (Int128)bits);
        }

        if (!what.Contains('x', StringComparison.Ordinal))
        {
            return bits;
        }

        var from = Lanes.Parse("i" + what[..what.IndexOf('_', StringComparison.Ordinal)]);
        bool isSigned = what.EndsWith("_s", StringComparison.Ordinal);
        return new Lanes(from.Width * 2, from.Count, false).Make(i => from.Get(bits, i, isSigned));
    }

    private static WasmProgram WithRandomMemory(WasmModuleBuilder module, out byte[] bytes)
    {
        var program = new WasmProgram(module);
        bytes = new byte[PageBytes];
        new Random(Seed).NextBytes(bytes);
        bytes.CopyTo(Memory(program));
        return program;
    }

    // SAFETY: the memory has one page, and lives as long as the program.
    private static unsafe Span<byte> Memory(WasmProgram program)
    {
        MemoryCell* cell = program.Instance.Memories[0].Cell;
        return new Span<byte>(cell->Base, checked((int)cell->LengthBytes));
    }

    private static UInt128 Read(byte[] bytes, int address, int width)
    {
        UInt128 value = 0;
        for (int i = width - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[address + i];
        }

        return value;
    }
}
