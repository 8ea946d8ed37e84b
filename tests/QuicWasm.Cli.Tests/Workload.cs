using System.Text.Json;

namespace QuicWasm.Cli.Tests;

/// <summary>An entry of experiments/workloads/workloads.json.</summary>
internal sealed record Workload(
    string Name, string Wasm, Dictionary<string, string> Modules, string[] TestArgs, string Expected, string TestExpected, string? Folder, string? Stdin, bool Cached)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static IReadOnlyList<Workload> All { get; } = Read();

    /// <summary>What the default run prints.</summary>
    public string Output => Text(Expected);

    /// <summary>What the run with <see cref="TestArgs"/> prints.</summary>
    public string TestOutput => Text(TestExpected);

    public static Workload Named(string name) => All.First(w => w.Name == name);

    /// <summary>The command line of a run: options, the module, and the program's own arguments.</summary>
    /// <param name="options">Options of the command.</param>
    /// <param name="folder">The host's folder for a workload that needs one.</param>
    /// <param name="arguments">The program's arguments.</param>
    public string[] Run(string[] options, string folder, string[] arguments) =>
    [
        "run", .. options,
        .. Modules.SelectMany(m => new[] { "--module", $"{m.Key}={PathOf(m.Value)}" }),
        .. Folder is null ? [] : new[] { "--dir", $"{folder}::{Folder}" },
        PathOf(Wasm), .. arguments,
    ];

    public static string PathOf(string file) => Path.Combine(Repository.Workloads, file);

    private static string Text(string file) => File.ReadAllText(PathOf(file));

    private static Workload[] Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf("workloads.json")));
        return document.RootElement.GetProperty("workloads").Deserialize<Workload[]>(Format)!;
    }
}
