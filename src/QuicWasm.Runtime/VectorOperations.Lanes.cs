using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

// A lane that is part of the instruction is a constant in its handler, so that no vector goes through memory to be indexed.

/// <summary>Lanes that are put in, taken out and moved; lanes of floats are bits.</summary>
internal static partial class VectorOperations
{
    public static Vector128<byte> I8x16Splat(int a) => Vector128.Create((byte)a);

    public static Vector128<ushort> I16x8Splat(int a) => Vector128.Create((ushort)a);

    public static Vector128<int> I32x4Splat(int a) => Vector128.Create(a);

    public static Vector128<long> I64x2Splat(long a) => Vector128.Create(a);

    public static Vector128<uint> F32x4Splat(uint a) => Vector128.Create(a);

    public static Vector128<ulong> F64x2Splat(ulong a) => Vector128.Create(a);

    public static int I8x16ExtractLaneS(Vector128<sbyte> a, int lane) => a.GetElement(lane);

    public static int I8x16ExtractLaneU(Vector128<byte> a, int lane) => a.GetElement(lane);

    public static int I16x8ExtractLaneS(Vector128<short> a, int lane) => a.GetElement(lane);

    public static int I16x8ExtractLaneU(Vector128<ushort> a, int lane) => a.GetElement(lane);

    public static int I32x4ExtractLane(Vector128<int> a, int lane) => a.GetElement(lane);

    public static long I64x2ExtractLane(Vector128<long> a, int lane) => a.GetElement(lane);

    public static uint F32x4ExtractLane(Vector128<uint> a, int lane) => a.GetElement(lane);

    public static ulong F64x2ExtractLane(Vector128<ulong> a, int lane) => a.GetElement(lane);

    public static Vector128<byte> I8x16ReplaceLane(Vector128<byte> a, int b, int lane) => a.WithElement(lane, (byte)b);

    public static Vector128<ushort> I16x8ReplaceLane(Vector128<ushort> a, int b, int lane) => a.WithElement(lane, (ushort)b);

    public static Vector128<int> I32x4ReplaceLane(Vector128<int> a, int b, int lane) => a.WithElement(lane, b);

    public static Vector128<long> I64x2ReplaceLane(Vector128<long> a, long b, int lane) => a.WithElement(lane, b);

    public static Vector128<uint> F32x4ReplaceLane(Vector128<uint> a, uint b, int lane) => a.WithElement(lane, b);

    public static Vector128<ulong> F64x2ReplaceLane(Vector128<ulong> a, ulong b, int lane) => a.WithElement(lane, b);

    // Vector128.Shuffle gives 0 for an index that is too large, as swizzle asks for.
    public static Vector128<byte> I8x16Swizzle(Vector128<byte> a, Vector128<byte> indices) => Vector128.Shuffle(a, indices);

    // An index into the other operand is too large for this one: below 16 for a, from 16 on for b.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> I8x16Shuffle(Vector128<byte> a, Vector128<byte> b, Vector128<byte> indices) =>
        Vector128.Shuffle(a, indices) | Vector128.Shuffle(b, indices - Vector128.Create((byte)16));
}
