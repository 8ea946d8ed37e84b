using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace QuicWasm.Runtime;

/// <summary>The instructions that see a vector as bits.</summary>
internal static partial class VectorOperations
{
    public static Vector128<ulong> V128Not(Vector128<ulong> a) => ~a;

    public static Vector128<ulong> V128And(Vector128<ulong> a, Vector128<ulong> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> V128Andnot(Vector128<ulong> a, Vector128<ulong> b) => a & ~b;

    public static Vector128<ulong> V128Or(Vector128<ulong> a, Vector128<ulong> b) => a | b;

    public static Vector128<ulong> V128Xor(Vector128<ulong> a, Vector128<ulong> b) => a ^ b;

    public static Vector128<ulong> V128Bitselect(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> mask) =>
        Vector128.ConditionalSelect(mask, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool V128AnyTrue(Vector128<ulong> a) => a != Vector128<ulong>.Zero;
}
