namespace QuicWasm.Runtime;

/// <summary>Makes traps outside of the handlers, so that these stay small.</summary>
internal static class Traps
{
    public static TrapException DivideByZero() => new(TrapKind.IntegerDivideByZero);

    public static TrapException Overflow() => new(TrapKind.IntegerOverflow);

    public static TrapException Conversion(double value) =>
        new(double.IsNaN(value) ? TrapKind.InvalidConversionToInteger : TrapKind.IntegerOverflow);
}
