using System.Text.Json;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>An entry of experiments/workloads/workloads.json, with its small arguments.</summary>
internal sealed record Workload(
    string Name, string Wasm, Dictionary<string, string> Modules, string[] TestArgs, string TestExpected, string? Folder, string? Stdin, string Build, bool Cached)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static IReadOnlyList<Workload> All { get; } = Read();

    public string ExpectedOutput => File.ReadAllText(Path.Combine(Repository.Workloads, TestExpected));

    public static Workload Named(string name) => All.First(w => w.Name == name);

    public string PathOf(string file) => Path.Combine(Cached ? Repository.Cache : Repository.Workloads, file);

    /// <summary>Builds the workload where it must be built; skips the test, with the script's reason, where it cannot be.</summary>
    public void EnsureBuilt()
    {
        if (!Cached || File.Exists(PathOf(Wasm)))
        {
            return;
        }

        (int exitCode, string words) = Repository.RunScript(Path.Combine(Repository.Workloads, Build));
        Assert.SkipWhen(exitCode != 0 && !Repository.Requires(Name), $"{Name} could not be built: {words}");
        Assert.True(exitCode == 0, words);
    }

    private static Workload[] Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Workloads, "workloads.json")));
        return document.RootElement.GetProperty("workloads").Deserialize<Workload[]>(Format)!;
    }
}
