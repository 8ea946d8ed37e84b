using System.CommandLine;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary><c>bench fork</c>: how long it takes until every child of an image has written something, and what memory they take.</summary>
internal static class ForkCommand
{
    /// <summary>The command.</summary>
    public static Command Make()
    {
        var children = new Option<int>("--children") { Description = "How many", DefaultValueFactory = _ => 1000 };
        var heap = new Option<int>("--heap-mib") { Description = "Heap of the parent in MiB", DefaultValueFactory = _ => 64 };
        var touch = new Option<double>("--touch") { Description = "Which part of the heap each child works with", DefaultValueFactory = _ => 0.01 };
        var operations = new Option<int>("--operations") { Description = "What each child does on it; it writes 32 lines in the course", DefaultValueFactory = _ => 32 };
        var modes = new Option<string[]>("--mode") { Description = "cow, no-cow, or both", DefaultValueFactory = _ => ["no-cow", "cow"], AllowMultipleArgumentsPerToken = true };
        modes.AcceptOnlyFromAmong("cow", "no-cow");
        var engine = new Option<string>("--engine") { Description = "The node's engine", DefaultValueFactory = _ => "tiered" };
        var command = new Command("fork", "Measures children of one image on one node: seconds to their first output, and memory") { children, heap, touch, operations, modes, engine };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var folder = new TemporaryFolder();
            var parent = ForkParent.Make(
                Path.Combine(folder.Path, "parent.image"), parsed.GetRequiredValue(heap), parsed.GetRequiredValue(touch), parsed.GetRequiredValue(operations));
            foreach (string mode in parsed.GetRequiredValue(modes))
            {
                var measurement = new ForkMeasurement(parent, Directory.CreateDirectory(Path.Combine(folder.Path, mode)).FullName);
                ForkFigures figures = await measurement.RunAsync(parsed.GetRequiredValue(children), mode, parsed.GetRequiredValue(engine), cancellationToken);
                Print(parsed.GetRequiredValue(children), parsed.GetRequiredValue(heap), mode, figures);
            }

            return 0;
        });
        return command;
    }

    private static void Print(int children, int heapMib, string mode, ForkFigures figures)
    {
        double each = (figures.PeakKib - figures.IdleKib) / (double)children;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {children} children of {heapMib} MiB, {mode}: every output is right
              made after           {figures.Made.TotalSeconds,8:0.00} s   (from the start of the command quicwasm fork)
              first output of all  {figures.FirstOutput.TotalSeconds,8:0.00} s
              all ended            {figures.Ended.TotalSeconds,8:0.00} s
              node: idle           {figures.IdleKib / 1024.0,8:0.0} MiB   (anonymous: without the image, which all share)
              node: most           {figures.PeakKib / 1024.0,8:0.0} MiB
              a child              {each / 1024.0,8:0.00} MiB, where the parent's heap has {heapMib} MiB
            """));
    }
}
