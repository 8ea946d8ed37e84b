using QuicWasm.Modules;

namespace QuicWasm.Interpreter.Tests;

/// <summary>Bytes of the binary format, appended one after the other.</summary>
internal sealed class WasmBytes
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public WasmBytes Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public WasmBytes U32(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
        return this;
    }

    public WasmBytes Signed(long value)
    {
        for (; value is < -64 or > 63; value >>= 7)
        {
            _bytes.Add((byte)((byte)value | 0x80));
        }

        _bytes.Add((byte)(value & 0x7F));
        return this;
    }

    /// <summary>An instruction without immediates, or whose immediates follow.</summary>
    public WasmBytes Op(Opcode opcode)
    {
        int value = (int)opcode;
        return value < 0x100 ? Raw((byte)value)
            : value >= 0xFF00 ? Raw(0xFD).U32((uint)(value - 0xFE00))
            : Raw((byte)(value >> 8)).U32((uint)(value & 0xFF));
    }

    /// <summary>An instruction with an index.</summary>
    public WasmBytes Op(Opcode opcode, uint index) => Op(opcode).U32(index);

    public WasmBytes I32(int value) => Op(Opcode.I32Const).Signed(value);

    public WasmBytes V128(UInt128 value) => Op(Opcode.V128Const).Bits(value, 16);

    /// <summary>The constant of a type with these bits.</summary>
    public WasmBytes Constant(ValueType type, UInt128 value) => type switch
    {
        ValueType.I32 => I32((int)(uint)value),
        ValueType.I64 => Op(Opcode.I64Const).Signed((long)(ulong)value),
        ValueType.F32 => Op(Opcode.F32Const).Bits(value, 4),
        ValueType.F64 => Op(Opcode.F64Const).Bits(value, 8),
        _ => V128(value),
    };

    /// <summary>A load or store, unaligned.</summary>
    public WasmBytes Access(Opcode opcode, uint offset) => Op(opcode).U32(0).U32(offset);

    /// <summary>A number of bytes, little endian.</summary>
    public WasmBytes Bits(UInt128 value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _bytes.Add((byte)(value >> (8 * i)));
        }

        return this;
    }

    public WasmBytes Types(params ReadOnlySpan<ValueType> types)
    {
        U32((uint)types.Length);
        foreach (ValueType type in types)
        {
            Raw((byte)type);
        }

        return this;
    }

    /// <summary>Bytes with their count before them.</summary>
    public WasmBytes Sized(WasmBytes content) => U32((uint)content._bytes.Count).Raw([.. content._bytes]);
}
