using QuicWasm.Runtime;

namespace QuicWasm.Testing;

/// <summary>Short ways to call.</summary>
public static class Calls
{
    /// <summary>Calls an export that must run to its end, and gives its result slots.</summary>
    public static ulong[] Call(this RuntimeContext context, ModuleInstance instance, string export, params ReadOnlySpan<ulong> arguments)
    {
        ExecutionOutcome outcome = context.Begin(instance, export, arguments, out ulong[] results);
        Assert.False(outcome.IsSuspended, $"{export} was suspended, though nobody asked for it");
        return results;
    }

    /// <summary>Calls an export with one result of 32 bits.</summary>
    public static int CallI32(this RuntimeContext context, ModuleInstance instance, string export, params ReadOnlySpan<ulong> arguments) =>
        (int)Assert.Single(context.Call(instance, export, arguments));

    /// <summary>Calls an export that may be suspended.</summary>
    public static ExecutionOutcome Begin(
        this RuntimeContext context, ModuleInstance instance, string export, ReadOnlySpan<ulong> arguments, out ulong[] results)
    {
        FunctionInstance function = instance.Function(export);
        results = new ulong[function.Type.ResultSlots];
        return context.Invoke(function, arguments, results);
    }

    /// <summary>Clears the requests, and goes on with a suspended computation.</summary>
    public static ExecutionOutcome ClearAndResume(this RuntimeContext context, ExecutionOutcome suspended, Span<ulong> results)
    {
        context.Interruption.Clear();
        return context.Resume(suspended.Stack!, results);
    }

    /// <summary>Goes on until the computation is over, and gives its result.</summary>
    public static ulong Finish(this RuntimeContext context, ExecutionOutcome outcome, ulong[] results)
    {
        while (outcome.IsSuspended)
        {
            outcome = context.ClearAndResume(outcome, results);
        }

        return results[0];
    }
}
