using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>How values of WebAssembly stand on the stack of .NET, and move to and from 8-byte slots.</summary>
internal static class ClrTypes
{
    /// <summary>The vector type that values are kept in; operations see it as the vectors that they want.</summary>
    public static readonly Type Vector = typeof(Vector128<byte>);

    private static readonly MethodInfo SingleBits = typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits), [typeof(float)])!;
    private static readonly MethodInfo BitsSingle = typeof(BitConverter).GetMethod(nameof(BitConverter.UInt32BitsToSingle), [typeof(uint)])!;
    private static readonly MethodInfo DoubleBits = typeof(BitConverter).GetMethod(nameof(BitConverter.DoubleToUInt64Bits), [typeof(double)])!;
    private static readonly MethodInfo BitsDouble = typeof(BitConverter).GetMethod(nameof(BitConverter.UInt64BitsToDouble), [typeof(ulong)])!;
    private static readonly MethodInfo VectorAs = typeof(Vector128).GetMethod(nameof(Vector128.As))!;

    /// <summary>The type of a value: references are 64-bit integers.</summary>
    public static Type Of(ValueType type) => type switch
    {
        _ when type == ValueType.I32 => typeof(int),
        _ when type == ValueType.F32 => typeof(float),
        _ when type == ValueType.F64 => typeof(double),
        _ when type == ValueType.V128 => Vector,
        _ => typeof(long),
    };

    /// <summary>The return type of functions: several results go through memory.</summary>
    public static Type ResultOf(FunctionType type) => type.Results.Length == 1 ? Of(type.Results[0]) : typeof(void);

    /// <summary>Parameters of compiled code: the instance's block, then the function's own.</summary>
    public static Type[] ParametersOf(FunctionType type) => [typeof(nint), .. type.Parameters.Select(Of)];

    /// <summary>The type with every reference taken for one to any function: what is left is what .NET sees.</summary>
    public static FunctionType Erased(FunctionType type) => new([.. type.Parameters.Select(Erased)], [.. type.Results.Select(Erased)]);

    /// <summary>Replaces the value on the stack by one of another type with the same bits.</summary>
    public static void Convert(ILGenerator il, Type from, Type to)
    {
        if (from == to || to == typeof(void))
        {
            return;
        }

        if (IsVector(from) && IsVector(to))
        {
            il.Emit(OpCodes.Call, VectorAs.MakeGenericMethod(from.GetGenericArguments()[0], to.GetGenericArguments()[0]));
        }
        else if (from == typeof(float) && IsInteger32(to))
        {
            il.Emit(OpCodes.Call, SingleBits);
        }
        else if (IsInteger32(from) && to == typeof(float))
        {
            il.Emit(OpCodes.Call, BitsSingle);
        }
        else if (from == typeof(double) && IsInteger64(to))
        {
            il.Emit(OpCodes.Call, DoubleBits);
        }
        else if (IsInteger64(from) && to == typeof(double))
        {
            il.Emit(OpCodes.Call, BitsDouble);
        }
    }

    /// <summary>With an address on the stack: reads the value in the slot there.</summary>
    public static void LoadSlot(ILGenerator il, Type type)
    {
        if (type == typeof(int))
        {
            il.Emit(OpCodes.Ldind_I4);
        }
        else if (type == typeof(float))
        {
            il.Emit(OpCodes.Ldind_R4);
        }
        else if (type == typeof(double))
        {
            il.Emit(OpCodes.Ldind_R8);
        }
        else if (IsVector(type))
        {
            il.Emit(OpCodes.Unaligned, (byte)1);
            il.Emit(OpCodes.Ldobj, type);
        }
        else
        {
            il.Emit(OpCodes.Ldind_I8);
        }
    }

    /// <summary>With an address and a value on the stack: writes the whole slot, or both of a vector.</summary>
    public static void StoreSlot(ILGenerator il, Type type)
    {
        if (IsVector(type))
        {
            il.Emit(OpCodes.Unaligned, (byte)1);
            il.Emit(OpCodes.Stobj, type);
            return;
        }

        if (type == typeof(double))
        {
            il.Emit(OpCodes.Stind_R8);
            return;
        }

        Convert(il, type, typeof(uint));
        if (type != typeof(long))
        {
            il.Emit(OpCodes.Conv_U8);
        }

        il.Emit(OpCodes.Stind_I8);
    }

    /// <summary>Whether a type is a vector.</summary>
    public static bool IsVector(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Vector128<>);

    private static ValueType Erased(ValueType type) => type.IsReference() ? ValueType.FuncRef : type;

    private static bool IsInteger32(Type type) => type == typeof(int) || type == typeof(uint);

    private static bool IsInteger64(Type type) => type == typeof(long) || type == typeof(ulong);
}
