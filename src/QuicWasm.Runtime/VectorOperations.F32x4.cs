using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>
/// The f32x4 instructions.
/// A NaN result of arithmetic is the canonical NaN on every machine; abs, neg, pmin and pmax move bits only.
/// </summary>
internal static partial class VectorOperations
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Canonical(Vector128<float> a) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, a), a, Vector128.Create(0x7FC00000u).AsSingle());

    // What min and max give where an operand is NaN; otherwise the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> WhereOrdered(Vector128<float> a, Vector128<float> b, Vector128<float> result) => Vector128.ConditionalSelect(
        Vector128.Equals(a, a) & Vector128.Equals(b, b), result, Vector128.Create(0x7FC00000u).AsSingle());

    public static Vector128<float> F32x4Eq(Vector128<float> a, Vector128<float> b) => Vector128.Equals(a, b);

    public static Vector128<float> F32x4Ne(Vector128<float> a, Vector128<float> b) => ~Vector128.Equals(a, b);

    public static Vector128<float> F32x4Lt(Vector128<float> a, Vector128<float> b) => Vector128.LessThan(a, b);

    public static Vector128<float> F32x4Gt(Vector128<float> a, Vector128<float> b) => Vector128.GreaterThan(a, b);

    public static Vector128<float> F32x4Le(Vector128<float> a, Vector128<float> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<float> F32x4Ge(Vector128<float> a, Vector128<float> b) => Vector128.GreaterThanOrEqual(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> F32x4Abs(Vector128<uint> a) => a & Vector128.Create(0x7FFFFFFFu);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> F32x4Neg(Vector128<uint> a) => a ^ Vector128.Create(0x80000000u);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Ceil(Vector128<float> a) => Canonical(Vector128.Ceiling(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Floor(Vector128<float> a) => Canonical(Vector128.Floor(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Trunc(Vector128<float> a) => Canonical(Vector128.Truncate(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Nearest(Vector128<float> a) => Canonical(Vector128.Round(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Sqrt(Vector128<float> a) => Canonical(Vector128.Sqrt(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Add(Vector128<float> a, Vector128<float> b) => Canonical(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Sub(Vector128<float> a, Vector128<float> b) => Canonical(a - b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Mul(Vector128<float> a, Vector128<float> b) => Canonical(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Div(Vector128<float> a, Vector128<float> b) => Canonical(a / b);

    // Not those of .NET, of which the JIT takes the wrong zero where it knows an operand.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Min(Vector128<float> a, Vector128<float> b) => WhereOrdered(
        a, b, Vector128.ConditionalSelect(Vector128.Equals(a, b), a | b, F32x4Pmin(a, b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Max(Vector128<float> a, Vector128<float> b) => WhereOrdered(
        a, b, Vector128.ConditionalSelect(Vector128.Equals(a, b), a & b, F32x4Pmax(a, b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Pmin(Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(Vector128.LessThan(b, a), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> F32x4Pmax(Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, b), b, a);
}
