namespace QuicWasm.Runtime;

/// <summary>Every way in which a program can trap: a closed list.</summary>
public enum TrapKind
{
    /// <summary>The instruction <c>unreachable</c>.</summary>
    Unreachable,

    /// <summary>A division or remainder by zero.</summary>
    IntegerDivideByZero,

    /// <summary>An integer result that its type cannot hold.</summary>
    IntegerOverflow,

    /// <summary>A conversion of NaN to an integer.</summary>
    InvalidConversionToInteger,

    /// <summary>An access outside of a memory or a data segment.</summary>
    OutOfBoundsMemoryAccess,

    /// <summary>An access outside of a table or an element segment.</summary>
    OutOfBoundsTableAccess,

    /// <summary>An indirect call of a function that has another type.</summary>
    IndirectCallTypeMismatch,

    /// <summary>An indirect call through an index outside of the table.</summary>
    UndefinedElement,

    /// <summary>An indirect call through a null element.</summary>
    UninitializedElement,

    /// <summary>A call through a reference that is null.</summary>
    NullFunctionReference,

    /// <summary>A reference that is null where none may be.</summary>
    NullReference,

    /// <summary>A throw of an exception through a reference that is null.</summary>
    NullExceptionReference,

    /// <summary>An exception that nothing caught (<see cref="TrapException.Thrown"/>).</summary>
    UncaughtException,

    /// <summary>Too many nested calls.</summary>
    CallStackExhausted,

    /// <summary>A host function refused, or failed.</summary>
    HostError,

    /// <summary>A part of a lazily resumed program could not be fetched.</summary>
    PartUnavailable,

    /// <summary>The program has passed as many safe points as it may (<see cref="Interruption.LimitFuel"/>).</summary>
    OutOfFuel,
}
