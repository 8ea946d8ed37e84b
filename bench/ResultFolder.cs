using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicWasm.Bench;

/// <summary>A folder with rows of observations and the environment that they were made in.</summary>
internal sealed class ResultFolder
{
    /// <summary>Name of the rows' file.</summary>
    public const string RowsFile = "observations.csv";

    /// <summary>Name of the environment's file.</summary>
    public const string ManifestFile = "manifest.json";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private readonly JsonObject _manifest;

    /// <summary>Opens or makes the folder. A manifest that is there gets a further session; rows are appended.</summary>
    public ResultFolder(string path, IReadOnlyList<string> commandLine)
    {
        Directory.CreateDirectory(path);
        Location = path;
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        string file = Path.Combine(path, ManifestFile);
        _manifest = File.Exists(file) ? JsonNode.Parse(File.ReadAllBytes(file))!.AsObject() : [];
        Sessions.Add(RunEnvironment.Describe(commandLine));
        Save();
    }

    /// <summary>Where it is.</summary>
    public string Location { get; }

    /// <summary>The run's name.</summary>
    public string Name { get; }

    /// <summary>The CSV.</summary>
    public string RowsPath => Path.Combine(Location, RowsFile);

    private JsonArray Sessions
    {
        get
        {
            if (_manifest["sessions"] is not JsonArray sessions)
            {
                _manifest["sessions"] = sessions = [];
            }

            return sessions;
        }
    }

    /// <summary>Notes something in the manifest, for this session.</summary>
    public void Note<T>(string name, T value)
    {
        Sessions[^1]!.AsObject()[name] = JsonSerializer.SerializeToNode(value, LinkCommand.Format);
        Save();
    }

    /// <summary>Appends the rows of a run, in one piece; a new file begins with the header.</summary>
    public void Append(IEnumerable<Observation> rows) =>
        File.AppendAllText(RowsPath, ObservationCsv.Write(rows, withHeader: !File.Exists(RowsPath)));

    /// <summary>
    /// The runs that are done. Rows of one that was cut off, the last line of which may be half, are taken out of the file: it will be made again.
    /// </summary>
    /// <exception cref="HarnessException">The file is none of ours, or of an older version.</exception>
    public IReadOnlySet<(string Point, int Repetition)> Finished()
    {
        if (!File.Exists(RowsPath))
        {
            return new HashSet<(string, int)>();
        }

        string text = File.ReadAllText(RowsPath);
        string whole = text[..(text.LastIndexOf('\n') + 1)];
        IReadOnlyList<Observation> rows = ObservationCsv.Read(whole, RowsPath);
        var finished = rows.Where(r => r.Metric == MigrationOutcome.LastMetric).Select(r => r.Key).ToHashSet();
        Observation[] kept = [.. rows.Where(r => finished.Contains(r.Key))];
        if (kept.Length < rows.Count || whole.Length < text.Length)
        {
            string half = RowsPath + ".tmp";
            File.WriteAllText(half, ObservationCsv.Write(kept, withHeader: true), new UTF8Encoding(false));
            File.Move(half, RowsPath, overwrite: true);
        }

        return finished;
    }

    private void Save() => File.WriteAllText(Path.Combine(Location, ManifestFile), _manifest.ToJsonString(Format) + "\n");
}
