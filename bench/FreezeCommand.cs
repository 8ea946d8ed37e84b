using System.CommandLine;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary><c>bench freeze</c>: how long a program stands still while an image of it is made, by the size of its memory.</summary>
internal static class FreezeCommand
{
    /// <summary>The command.</summary>
    public static Command Make()
    {
        var sizes = new Option<int[]>("--mib")
        {
            Description = "Sizes of the memory in MiB, each page of which was written",
            DefaultValueFactory = _ => [1, 4, 16, 64, 256, 1024],
            AllowMultipleArgumentsPerToken = true,
        };
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is measured", DefaultValueFactory = _ => 5 };
        var command = new Command("freeze", "Measures how long freezing and forking stop a program, from 1 MiB to 1 GiB") { sizes, repetitions };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(sizes), Math.Max(parsed.GetRequiredValue(repetitions), 1)));
        return command;
    }

    // The first of all is not counted: it compiles what the others use.
    private static int Run(int[] sizes, int repetitions)
    {
        _ = new FreezeMeasurement(1).Measure(changedRatio: 0.1);
        Console.WriteLine("Milliseconds, medians (longest). request: until the program stands at a safe point. freeze: until the image can be read.");
        Console.WriteLine("fork: the program stands still, its image stays behind. again: the same later, with a tenth of the pages changed since.");
        Console.WriteLine($"{"MiB",6} {"request",18} {"freeze",18} {"fork",18} {"again",18} {"copied KiB",12}");
        foreach (int mib in sizes)
        {
            FreezeTimes[] times = [.. Enumerable.Range(0, repetitions).Select(_ => new FreezeMeasurement(mib).Measure(changedRatio: 0.1))];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{mib,6} {Text(times, t => t.Request),18} {Text(times, t => t.Freeze),18} {Text(times, t => t.Fork),18} {Text(times, t => t.Again),18} {times[0].CopiedBytes >> 10,12}"));
        }

        return 0;
    }

    private static string Text(FreezeTimes[] times, Func<FreezeTimes, TimeSpan> select)
    {
        double[] sorted = [.. times.Select(t => select(t).TotalMilliseconds).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.000} ({sorted[^1]:0.000})");
    }
}
