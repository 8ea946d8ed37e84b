using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Bench;

/// <summary>
/// <c>bench resume</c>: how long it takes from a stack of so many frames, whose bytes are there, to the next thing that the program does, a call of
/// the host; the check of every frame is part of it.
/// </summary>
internal static class ResumeCommand
{
    private static readonly string[] Engines = ["interpreter", "compiler", "tiered"];
    private static readonly int[] Depths = [1, 10, 100, 1000];

    // Imports host.mark; the export f calls itself so often as its argument says, then mark.
    private static readonly byte[] Recursion =
    [
        0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        1, 9, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0,
        2, 13, 1, 4, (byte)'h', (byte)'o', (byte)'s', (byte)'t', 4, (byte)'m', (byte)'a', (byte)'r', (byte)'k', 0, 1,
        3, 2, 1, 0,
        7, 5, 1, 1, (byte)'f', 0, 1,
        0x0a, 0x17, 1, 0x15, 0, 0x20, 0, 0x45, 0x04, 0x40, 0x10, 0, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x10, 1, 0x1a, 0x0b, 0x20, 0, 0x0b,
    ];

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each stack is resumed", DefaultValueFactory = _ => 200 };
        var command = new Command("resume", "Measures resuming a stack: medians and 95th percentiles, by engine and number of frames") { repetitions };
        command.SetAction(parsed =>
        {
            Console.WriteLine("engine       frames   median us      95% us   worst us");
            bool isFast = true;
            foreach (string engine in Engines)
            {
                foreach (int depth in Depths)
                {
                    double[] times = Measure(engine, depth, parsed.GetValue(repetitions));
                    double median = times[times.Length / 2];
                    isFast &= median < 1000;
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"{engine,-12} {depth,6} {median,11:F1} {times[times.Length * 95 / 100],11:F1} {times[^1],10:F1}"));
                }
            }

            return isFast ? 0 : 1;
        });
        return command;
    }

    // The host function ends each round where it began: the computation is suspended in front of it again.
    private static double[] Measure(string engine, int depth, int repetitions)
    {
        long reached = 0;
        using var context = new RuntimeContext(new Configure
        {
            Engine = c => MicroPrograms.Engine(engine, c),
            HostModules = [_ => new Marker(() => reached = Stopwatch.GetTimestamp())],
        });
        FunctionInstance function = context.Instantiate(ModuleLoader.Load(Recursion)).Function("f");
        ulong[] results = [0];
        CallStack stack = context.Invoke(function, [(ulong)depth - 1], results).Stack ?? throw new HarnessException("the computation was not suspended");
        if (stack.Frames.Length != depth)
        {
            throw new HarnessException($"{stack.Frames.Length} frames where {depth} were wanted");
        }

        var times = new double[repetitions];
        for (int i = -10; i < repetitions; i++)
        {
            context.Interruption.Clear();
            long start = Stopwatch.GetTimestamp();
            StackVerifier.Verify(context.Store, stack);
            stack = context.Resume(stack, results).Stack ?? throw new HarnessException("the computation was not suspended again");
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(start, reached).TotalMicroseconds;
            }
        }

        Array.Sort(times);
        return times;
    }

    private sealed class Marker(Action reached) : IHostModule
    {
        public string Name => "host";

        public HostFunction? Resolve(string name, FunctionType type) => name == "mark" ? Mark : null;

        public byte[] CaptureState() => [];

        public void RestoreState(ReadOnlySpan<byte> state)
        {
        }

        public void Dispose()
        {
        }

        private HostOutcome Mark(in HostCall call)
        {
            reached();
            call.Context.Interruption.Request();
            return HostOutcome.Interrupted;
        }
    }
}
