using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>
/// The f64x2 instructions.
/// A NaN result of arithmetic is the canonical NaN on every machine; abs, neg, pmin and pmax move bits only.
/// </summary>
internal static partial class VectorOperations
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Canonical(Vector128<double> a) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, a), a, Vector128.Create(0x7FF8000000000000UL).AsDouble());

    // What min and max give where an operand is NaN; otherwise the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> WhereOrdered(Vector128<double> a, Vector128<double> b, Vector128<double> result) => Vector128.ConditionalSelect(
        Vector128.Equals(a, a) & Vector128.Equals(b, b), result, Vector128.Create(0x7FF8000000000000UL).AsDouble());

    public static Vector128<double> F64x2Eq(Vector128<double> a, Vector128<double> b) => Vector128.Equals(a, b);

    public static Vector128<double> F64x2Ne(Vector128<double> a, Vector128<double> b) => ~Vector128.Equals(a, b);

    public static Vector128<double> F64x2Lt(Vector128<double> a, Vector128<double> b) => Vector128.LessThan(a, b);

    public static Vector128<double> F64x2Gt(Vector128<double> a, Vector128<double> b) => Vector128.GreaterThan(a, b);

    public static Vector128<double> F64x2Le(Vector128<double> a, Vector128<double> b) => Vector128.LessThanOrEqual(a, b);

    public static Vector128<double> F64x2Ge(Vector128<double> a, Vector128<double> b) => Vector128.GreaterThanOrEqual(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> F64x2Abs(Vector128<ulong> a) => a & Vector128.Create(0x7FFFFFFFFFFFFFFFUL);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> F64x2Neg(Vector128<ulong> a) => a ^ Vector128.Create(0x8000000000000000UL);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Ceil(Vector128<double> a) => Canonical(Vector128.Ceiling(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Floor(Vector128<double> a) => Canonical(Vector128.Floor(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Trunc(Vector128<double> a) => Canonical(Vector128.Truncate(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Nearest(Vector128<double> a) => Canonical(Vector128.Round(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Sqrt(Vector128<double> a) => Canonical(Vector128.Sqrt(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Add(Vector128<double> a, Vector128<double> b) => Canonical(a + b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Sub(Vector128<double> a, Vector128<double> b) => Canonical(a - b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Mul(Vector128<double> a, Vector128<double> b) => Canonical(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Div(Vector128<double> a, Vector128<double> b) => Canonical(a / b);

    // Not those of .NET, of which the JIT takes the wrong zero where it knows an operand.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Min(Vector128<double> a, Vector128<double> b) => WhereOrdered(
        a, b, Vector128.ConditionalSelect(Vector128.Equals(a, b), a | b, F64x2Pmin(a, b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Max(Vector128<double> a, Vector128<double> b) => WhereOrdered(
        a, b, Vector128.ConditionalSelect(Vector128.Equals(a, b), a & b, F64x2Pmax(a, b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Pmin(Vector128<double> a, Vector128<double> b) =>
        Vector128.ConditionalSelect(Vector128.LessThan(b, a), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> F64x2Pmax(Vector128<double> a, Vector128<double> b) =>
        Vector128.ConditionalSelect(Vector128.LessThan(a, b), b, a);
}
