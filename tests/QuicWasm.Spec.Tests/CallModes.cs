using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>How a script's calls are made.</summary>
internal interface ICallMode
{
    /// <summary>Calls a function to its end.</summary>
    /// <param name="context">The script's runtime; a mode that moves it puts another one in its place, whatever comes of the call.</param>
    /// <param name="functionAddress">Which function.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="results">Where its results go.</param>
    void Call(ref RuntimeContext context, int functionAddress, ulong[] arguments, ulong[] results);
}

/// <summary>Calls run through.</summary>
internal sealed class PlainCalls : ICallMode
{
    public void Call(ref RuntimeContext context, int functionAddress, ulong[] arguments, ulong[] results) =>
        Assert.False(context.Invoke(context.Store.Functions[functionAddress], arguments, results).IsSuspended);
}

/// <summary>Calls are captured and resumed at every n-th safe point, n drawn anew each time.</summary>
internal sealed class CapturedCalls(int seed) : ICallMode
{
    private const int LargestStep = 7;

    // A long loop would be captured millions of times; after so many, the rest runs through.
    private const int CapturesACall = 200;

    private readonly Random _random = new(seed);

    /// <summary>How many captures there were.</summary>
    public int Captures { get; private set; }

    public void Call(ref RuntimeContext context, int functionAddress, ulong[] arguments, ulong[] results)
    {
        try
        {
            Arm(context, 0);
            ExecutionOutcome outcome = context.Invoke(context.Store.Functions[functionAddress], arguments, results);
            for (int captures = 1; outcome.Stack is { } stack; captures++)
            {
                Captures++;
                context.Interruption.Clear();
                Arm(context, captures);
                outcome = context.Resume(stack, results);
            }
        }
        finally
        {
            context.Interruption.Clear();
        }
    }

    private void Arm(RuntimeContext context, int captures)
    {
        if (captures < CapturesACall)
        {
            context.Interruption.RequestAfter(_random.Next(1, LargestStep + 1));
        }
    }
}
