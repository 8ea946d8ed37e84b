using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Exceptions. Their values pass through the area of several results.
// SAFETY: the area has room for the values of every tag of the Store's modules, and a reference behind them.
internal static unsafe partial class Bridge
{
    /// <summary>Throws an exception with a tag of the module, whose values are in the area.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Throw(nint context, int tag)
    {
        TagInstance thrown = InstanceOf(context).Tags[tag];
        ImmutableArray<ulong> fields = [.. new ReadOnlySpan<ulong>(((InstanceHeader*)context)->Results, thrown.Type.ParameterSlots)];
        EngineOf(context).Throw(new ExceptionInstance(thrown, fields));
    }

    /// <summary>Throws an exception again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ThrowReference(nint context, long reference)
    {
        if ((ulong)reference == Reference.Null)
        {
            throw new TrapException(TrapKind.NullExceptionReference);
        }

        CompilerEngine engine = EngineOf(context);
        engine.Throw(engine.Context.Store.Exceptions.TryGet((ulong)reference, out ExceptionInstance? exception)
            ? exception
            : throw new TrapException(TrapKind.HostError, $"a reference to the exception {reference}, which the Store does not have"));
    }

    /// <summary>
    /// Whether a clause catches what was thrown: with a tag of the module, or any tag for -1. If so, the values of the clause are in the area: with
    /// a tag those of the exception, then a reference to it, if one is wanted.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Catch(nint context, int tag, bool hasReference)
    {
        CompilerEngine engine = EngineOf(context);
        ExceptionInstance thrown = engine.Thrown!;
        if (tag >= 0 && InstanceOf(context).Tags[tag] != thrown.Tag)
        {
            return false;
        }

        ulong* values = ((InstanceHeader*)context)->Results;
        int count = tag >= 0 ? thrown.Fields.Length : 0;
        thrown.Fields.AsSpan(0, count).CopyTo(new Span<ulong>(values, count));
        if (hasReference)
        {
            values[count] = engine.Context.Store.Exceptions.ReferenceTo(thrown, []);
        }

        engine.EndThrow();
        return true;
    }

    /// <summary>Notes that a function lets an exception pass.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Pass(nint context, int definedIndex, int pc) => EngineOf(context).Pass(InstanceOf(context).DefinedFunction(definedIndex), pc);
}
