using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace QuicWasm.Bench;

/// <summary>A folder with rows of observations and the environment that they were made in.</summary>
internal sealed class ResultFolder
{
    private const string RowsFile = "observations.csv";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private static readonly CsvConfiguration Csv = new(CultureInfo.InvariantCulture)
    {
        PrepareHeaderForMatch = h => h.Header,
        NewLine = "\n",
    };

    private readonly string _rows;

    /// <summary>Opens or makes the folder, and writes its manifest.</summary>
    public ResultFolder(string path, IReadOnlyList<string> commandLine)
    {
        Directory.CreateDirectory(path);
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        _rows = Path.Combine(path, RowsFile);
        File.WriteAllText(Path.Combine(path, "manifest.json"), JsonSerializer.Serialize(Manifest(commandLine), Format) + "\n");
    }

    /// <summary>The run's name.</summary>
    public string Name { get; }

    /// <summary>The CSV.</summary>
    public string RowsPath => _rows;

    /// <summary>Appends rows; a new file begins with the header.</summary>
    public void Append(IEnumerable<Observation> rows)
    {
        bool isNew = !File.Exists(_rows);
        using var writer = new StreamWriter(_rows, append: true);
        using var csv = new CsvWriter(writer, Csv);
        csv.Context.RegisterClassMap<ObservationMap>();
        if (isNew)
        {
            csv.WriteHeader<Observation>();
            csv.NextRecord();
        }

        foreach (Observation row in rows)
        {
            csv.WriteRecord(row);
            csv.NextRecord();
        }
    }

    private static Dictionary<string, object?> Manifest(IReadOnlyList<string> commandLine) => new()
    {
        ["command_line"] = commandLine,
        ["commit"] = Git("rev-parse HEAD"),
        ["modified"] = Git("status --porcelain --untracked-files=no") is { Length: > 0 },
        ["processor"] = Processor(),
        ["processors"] = Environment.ProcessorCount,
        ["memory_bytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["configuration"] = Configuration,
        ["quic"] = null,
        ["link"] = "loopback, as the system has it",
        ["started"] = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
    };

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private static string? Git(string arguments)
    {
        try
        {
            using var git = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = Repository.Root });
            string? text = git?.StandardOutput.ReadToEnd().Trim();
            git?.WaitForExit();
            return git is { ExitCode: 0 } ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // A checkout without git has no commit to name.
            return null;
        }
    }

    private static string? Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;

    /// <summary>Headers in snake case, in the order of the record.</summary>
    private sealed class ObservationMap : ClassMap<Observation>
    {
        public ObservationMap()
        {
            AutoMap(Csv);
            foreach (MemberMap member in MemberMaps)
            {
                member.Name(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Data.Member!.Name));
            }
        }
    }
}
