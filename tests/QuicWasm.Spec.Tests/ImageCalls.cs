using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Spec.Tests;

/// <summary>Some calls are frozen in the middle, and the whole runtime goes on after a round trip through an image file.</summary>
internal sealed class ImageCalls(int seed, Configure configure) : ICallMode
{
    private const int LargestStep = 7;
    private const int OneOf = 6;

    private readonly Random _random = new(seed);

    /// <summary>How many round trips there were.</summary>
    public int RoundTrips { get; private set; }

    public void Call(ref RuntimeContext context, int functionAddress, ulong[] arguments, ulong[] results)
    {
        FunctionInstance function = context.Store.Functions[functionAddress];
        if (function.Module is null || _random.Next(OneOf) != 0)
        {
            context.Invoke(function, arguments, results);
            return;
        }

        var program = new RunningProgram(context, new PendingCall(functionAddress, [.. arguments]));
        context.Interruption.RequestAfter(_random.Next(1, LargestStep + 1));
        try
        {
            if (program.Run().Outcome == ProgramOutcome.Suspended)
            {
                program = RoundTrip(program);
                context = program.Context;
                program.Run();
            }
        }
        finally
        {
            context.Interruption.Clear();
        }

        program.LastResults.Span.CopyTo(results);
    }

    private RunningProgram RoundTrip(RunningProgram program)
    {
        RoundTrips++;
        string file = Path.GetTempFileName();
        try
        {
            using (FrozenImage image = ProgramCapture.Capture(program))
            {
                ImageFile.Write(image, file);
            }

            using ImageFileSource source = ImageFile.Open(file);
            return ImageTransfer.Restore(source, configure);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
