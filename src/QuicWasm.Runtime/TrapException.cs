using System.Collections.Immutable;

namespace QuicWasm.Runtime;

/// <summary>The program trapped. Its instances stay usable; the computation is over.</summary>
public sealed class TrapException : Exception
{
    /// <summary>How many frames a trace has at most.</summary>
    public const int TraceLimit = 64;

    /// <summary>Makes a trap of the given kind.</summary>
    public TrapException(TrapKind kind, string? detail = null, Exception? inner = null)
        : base(detail is null ? Text(kind) : $"{Text(kind)}: {detail}", inner) => Kind = kind;

    /// <summary>
    /// Makes the trap of an exception that nothing has caught so far. Where a host function throws it, or lets it pass, the Wasm code that
    /// called the function may catch the exception.
    /// </summary>
    /// <param name="thrown">The exception.</param>
    /// <param name="trace">The frames that it has left already, innermost first.</param>
    public TrapException(ExceptionInstance thrown, ImmutableArray<TraceFrame> trace = default)
        : this(TrapKind.UncaughtException, $"tag {thrown.Tag.DisplayName}")
    {
        Thrown = thrown;
        Trace = trace.IsDefault ? [] : trace;
    }

    /// <summary>The exception that nothing has caught, or null where this is another trap.</summary>
    public ExceptionInstance? Thrown { get; }

    /// <summary>Why the program trapped.</summary>
    public TrapKind Kind { get; }

    /// <summary>The frames at the trap, innermost first, where the engine knows them.</summary>
    public ImmutableArray<TraceFrame> Trace { get; private set; } = [];

    /// <summary>How many frames of compiled code are in the trace.</summary>
    internal int CompiledFrames { get; set; }

    /// <summary>Adds the frames that an engine knows, outwards from those that are there; of deep stacks the innermost ones only.</summary>
    public void Extend(ImmutableArray<TraceFrame> frames) =>
        Trace = [.. Trace, .. frames.AsSpan(0, Math.Min(frames.Length, TraceLimit - Math.Min(TraceLimit, Trace.Length)))];

    /// <summary>The specification's words for a trap.</summary>
    public static string Text(TrapKind kind) => kind switch
    {
        TrapKind.Unreachable => "unreachable",
        TrapKind.IntegerDivideByZero => "integer divide by zero",
        TrapKind.IntegerOverflow => "integer overflow",
        TrapKind.InvalidConversionToInteger => "invalid conversion to integer",
        TrapKind.OutOfBoundsMemoryAccess => "out of bounds memory access",
        TrapKind.OutOfBoundsTableAccess => "out of bounds table access",
        TrapKind.IndirectCallTypeMismatch => "indirect call type mismatch",
        TrapKind.UndefinedElement => "undefined element",
        TrapKind.UninitializedElement => "uninitialized element",
        TrapKind.NullFunctionReference => "null function reference",
        TrapKind.NullReference => "null reference",
        TrapKind.NullExceptionReference => "null exception reference",
        TrapKind.UncaughtException => "uncaught exception",
        TrapKind.CallStackExhausted => "call stack exhausted",
        TrapKind.HostError => "host function failed",
        TrapKind.OutOfFuel => "out of fuel",
        _ => "a part of the program could not be fetched",
    };
}

/// <summary>One line of a trap's trace.</summary>
/// <param name="Function">The function's name for people.</param>
/// <param name="Pc">Byte offset in the function's code, or -1 where it is not known.</param>
public readonly record struct TraceFrame(string Function, int Pc);
