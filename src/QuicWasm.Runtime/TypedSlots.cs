using System.Runtime.CompilerServices;

namespace QuicWasm.Runtime;

/// <summary>
/// C# types as value types, and their values as slots: int and uint are i32, long and ulong i64, float and double f32 and f64, bool an i32
/// that is 0 or 1, UInt128 v128. A tuple stands for several results.
/// </summary>
internal static class TypedSlots
{
    /// <summary>The value types of a C# type: one, none for <see cref="HostCaller"/>, several for a tuple.</summary>
    /// <exception cref="NotSupportedException">There are none.</exception>
    public static ValueType[] TypesOf(Type type)
    {
        if (type == typeof(HostCaller))
        {
            return [];
        }

        return typeof(ITuple).IsAssignableFrom(type) && type.IsGenericType
            ? [.. type.GetGenericArguments().SelectMany(TypesOf)]
            : [TypeOf(type)];
    }

    /// <summary>Writes a value of a supported type, or each of a tuple; gives the number of slots.</summary>
    public static int Write(object? value, Span<ulong> slots)
    {
        switch (value)
        {
            case ITuple tuple:
                int count = 0;
                for (int i = 0; i < tuple.Length; i++)
                {
                    count += Write(tuple[i], slots[count..]);
                }

                return count;
            case UInt128 vector:
                slots[0] = (ulong)vector;
                slots[1] = (ulong)(vector >> 64);
                return 2;
            default:
                slots[0] = Slot(value);
                return 1;
        }
    }

    /// <summary>Reads a value, or a tuple of values.</summary>
    public static object? Read(Type type, ref ReadOnlySpan<ulong> slots)
    {
        if (typeof(ITuple).IsAssignableFrom(type))
        {
            Type[] parts = type.GetGenericArguments();
            object?[] values = new object?[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                values[i] = Read(parts[i], ref slots);
            }

            return Activator.CreateInstance(type, values);
        }

        ulong low = slots[0];
        ulong high = type == typeof(UInt128) ? slots[1] : 0;
        slots = slots[(type == typeof(UInt128) ? 2 : 1)..];
        return Value(type, low, high);
    }

    private static ValueType TypeOf(Type type) => type switch
    {
        _ when type == typeof(int) || type == typeof(uint) || type == typeof(bool) => ValueType.I32,
        _ when type == typeof(long) || type == typeof(ulong) => ValueType.I64,
        _ when type == typeof(float) => ValueType.F32,
        _ when type == typeof(double) => ValueType.F64,
        _ when type == typeof(UInt128) => ValueType.V128,
        _ => throw new NotSupportedException($"{type} is no value of WebAssembly; use int, uint, bool, long, ulong, float, double, UInt128, or a tuple of them as result"),
    };

    private static ulong Slot(object? value) => value switch
    {
        int number => (uint)number,
        uint number => number,
        bool flag => flag ? 1UL : 0,
        long number => (ulong)number,
        ulong number => number,
        float number => BitConverter.SingleToUInt32Bits(number),
        double number => BitConverter.DoubleToUInt64Bits(number),
        _ => throw new NotSupportedException($"{value?.GetType().ToString() ?? "null"} is no value of WebAssembly"),
    };

    private static object Value(Type type, ulong low, ulong high) => TypeOf(type) switch
    {
        ValueType.I32 => type == typeof(int) ? (int)low : type == typeof(uint) ? (uint)low : (object)((uint)low != 0),
        ValueType.I64 => type == typeof(long) ? (long)low : (object)low,
        ValueType.F32 => BitConverter.UInt32BitsToSingle((uint)low),
        ValueType.F64 => BitConverter.UInt64BitsToDouble(low),
        _ => new UInt128(high, low),
    };
}
