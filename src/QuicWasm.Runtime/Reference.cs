namespace QuicWasm.Runtime;

/// <summary>
/// References as they stand in slots, tables and images: 0 is null, else one more than the function's address in the Store, or
/// one more than the handle that the host gave to its object, or the number of an exception (<see cref="ExceptionStore"/>).
/// </summary>
public static class Reference
{
    /// <summary>The null reference.</summary>
    public const ulong Null = 0;

    /// <summary>An element of a table that has not been fetched yet. It is never a valid address.</summary>
    public const ulong Absent = ulong.MaxValue;

    /// <summary>The reference to the function at an address.</summary>
    public static ulong OfFunction(int address) => (ulong)address + 1;

    /// <summary>The address of the function that a reference refers to; it must not be null.</summary>
    public static int FunctionAddress(ulong reference) => checked((int)(reference - 1));
}
