using System.Text.Json;
using System.Text.Json.Serialization;

namespace QuicWasm.Bench;

/// <summary>An entry of experiments/workloads/workloads.json, for the harness and for tests.</summary>
internal sealed record Workload
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public required string Name { get; init; }

    public required string Wasm { get; init; }

    public required Dictionary<string, string> Modules { get; init; }

    public required string[] Args { get; init; }

    /// <summary>Arguments with which it runs for seconds, so that it can be moved in the middle; null where its own will do.</summary>
    public string[]? MoveArgs { get; init; }

    public required string Expected { get; init; }

    public required string[] TestArgs { get; init; }

    public required string TestExpected { get; init; }

    /// <summary>Guest path of an empty folder that the program needs, or null.</summary>
    public string? Folder { get; init; }

    /// <summary>A file for its standard input, or null.</summary>
    public string? Stdin { get; init; }

    public required string Build { get; init; }

    /// <summary>Whether its modules lie in the cache, built on demand.</summary>
    [JsonPropertyName("cached")]
    public bool IsCached { get; init; }

    /// <summary>What the run with <see cref="Args"/> prints.</summary>
    public string Output => File.ReadAllText(Path.Combine(Repository.Workloads, Expected));

    /// <summary>What the run with <see cref="TestArgs"/> prints.</summary>
    public string TestOutput => File.ReadAllText(Path.Combine(Repository.Workloads, TestExpected));

    /// <summary>Every workload of the manifest.</summary>
    public static IReadOnlyList<Workload> All { get; } = Read();

    /// <summary>Those that the harness can move: what a program has not read yet of its standard input stays at its source.</summary>
    public static IEnumerable<Workload> Movable => All.Where(w => w.Stdin is null);

    /// <summary>The workload of that name.</summary>
    public static Workload Named(string name) => name == PagesWorkload.Name ? PagesWorkload.Workload : All.First(w => w.Name == name);

    /// <summary>The file of a module.</summary>
    public string PathOf(string file) => Path.Combine(IsCached ? Repository.Cache : Repository.Workloads, file);

    /// <summary>Builds a cached workload where it is not there yet.</summary>
    /// <exception cref="HarnessException">It cannot be built; the script's words say why.</exception>
    public void EnsureBuilt()
    {
        if (Name == PagesWorkload.Name)
        {
            PagesWorkload.EnsureBuilt();
            return;
        }

        if (!IsCached || File.Exists(PathOf(Wasm)))
        {
            return;
        }

        Console.Error.WriteLine($"building {Name}: {Build}");
        (int exitCode, string error) = Script.Run(Path.Combine(Repository.Workloads, Build));
        if (exitCode != 0)
        {
            throw new HarnessException($"the workload {Name} could not be built (exit code {exitCode}):\n{error}");
        }
    }

    private static Workload[] Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Workloads, "workloads.json")));
        return document.RootElement.GetProperty("workloads").Deserialize<Workload[]>(Format)!;
    }
}
