using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Csv;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace QuicWasm.Bench;

/// <summary><c>bench micro</c>: what single steps cost, measured by BenchmarkDotNet in this process.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Suites =
    [
        typeof(ModuleBenchmarks), typeof(EngineBenchmarks), typeof(CompileBenchmarks), typeof(StateBenchmarks), typeof(StackBenchmarks), typeof(PlanBenchmarks),
        typeof(FrameBenchmarks), typeof(CompressionBenchmarks), typeof(FaultBenchmarks),
    ];

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var filter = new Option<string[]>("--filter")
        {
            Description = "Names with *, such as *Capture*; may be several",
            DefaultValueFactory = _ => ["*"],
            AllowMultipleArgumentsPerToken = true,
        };

        var quick = new Option<bool>("--quick") { Description = "Three iterations each: seconds, and wide intervals" };
        var list = new Option<bool>("--list") { Description = "Names what there is" };
        var output = new Option<string>("--out") { Description = "Folder for the results", DefaultValueFactory = _ => Path.Combine("results", "micro") };
        var command = new Command("micro", "Measures single steps: decode, validate, call, loop, compile, capture, resume, restore, plan, frames, compression, faults") { filter, quick, list, output };
        command.SetAction(parsed =>
        {
            string[] arguments = parsed.GetValue(list) ? ["--list", "flat"] : ["--filter", .. parsed.GetRequiredValue(filter)];
            BenchmarkDotNet.Reports.Summary[] summaries =
            [
                .. BenchmarkSwitcher.FromTypes(Suites).Run(arguments, Config(parsed.GetValue(quick), Path.GetFullPath(parsed.GetRequiredValue(output), Repository.Root))),
            ];
            bool isComplete = parsed.GetValue(list) || (summaries.Length > 0 && summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)));
            return isComplete ? 0 : 1;
        });
        return command;
    }

    // In this process: a process of its own for each benchmark would have to build a project first.
    private static ManualConfig Config(bool isQuick, string folder) => ManualConfig.CreateEmpty()
        .AddJob((isQuick ? Job.ShortRun : Job.MediumRun.WithLaunchCount(1)).WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(ConsoleLogger.Default)
        .AddExporter(MarkdownExporter.GitHub, CsvExporter.Default, JsonExporter.Full)
        .WithArtifactsPath(folder);
}
