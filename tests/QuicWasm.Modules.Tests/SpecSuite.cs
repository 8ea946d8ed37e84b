using System.Text.Json;

namespace QuicWasm.Modules.Tests;

/// <summary>One command of a script of the specification's test suite that names a binary.</summary>
internal sealed record SpecCommand(string Type, int Line, string File, string Text)
{
    public bool LoadsAModule => Type is "module" or "assert_unlinkable" or "assert_uninstantiable";

    public byte[] ReadBinary() => System.IO.File.ReadAllBytes(File);
}

/// <summary>
/// The specification's test suite as JSON and binaries: in the folder that QUICWASM_SPEC names, or else beside the repository.
/// </summary>
internal static class SpecSuite
{
    public const string SkipReason = "The specification's test suite is not here: name its folder in QUICWASM_SPEC.";

    public static string? Folder { get; } = FindFolder();

    public static IEnumerable<string> Scripts =>
        Folder is null ? [] : Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public static IEnumerable<SpecCommand> Commands(string script)
    {
        string folder = Path.Combine(Folder!, script);
        using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, script + ".json")));
        var commands = new List<SpecCommand>();
        foreach (JsonElement command in document.RootElement.GetProperty("commands").EnumerateArray())
        {
            bool isBinary = !command.TryGetProperty("module_type", out JsonElement type) || type.GetString() == "binary";
            if (isBinary && command.TryGetProperty("filename", out JsonElement file))
            {
                string text = command.TryGetProperty("text", out JsonElement element) ? element.GetString()! : "";
                commands.Add(new SpecCommand(
                    command.GetProperty("type").GetString()!,
                    command.GetProperty("line").GetInt32(),
                    Path.Combine(folder, file.GetString()!),
                    text));
            }
        }

        return commands;
    }

    /// <summary>Every module of the suite that must load.</summary>
    public static IEnumerable<SpecCommand> ValidModules() =>
        Scripts.SelectMany(Commands).Where(command => command.LoadsAModule);

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("QUICWASM_SPEC") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
            {
                string beside = Path.Combine(folder.FullName, "..", "shared", "spec");
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
