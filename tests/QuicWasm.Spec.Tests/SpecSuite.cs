using System.Text.Json;
using QuicWasm.Modules;

namespace QuicWasm.Spec.Tests;

/// <summary>A folder with scripts, each in a folder of its name, at whatever depth; and what its modules may use.</summary>
internal sealed class SpecSuite
{
    private readonly string? _root;
    private readonly string _missing;
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    private SpecSuite(string? root, string missing, string host, ModuleFeatures features)
    {
        Host = host;
        _root = root;
        _missing = missing;
        Features = features;
        if (root is not null)
        {
            foreach (string script in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories))
            {
                string folder = Path.GetDirectoryName(script)!;
                if (Path.GetFileName(folder) == Path.GetFileNameWithoutExtension(script))
                {
                    _folders.Add(Path.GetRelativePath(root, folder), folder);
                }
            }
        }
    }

    /// <summary>The core suite of WebAssembly 2.0.</summary>
    public static SpecSuite Wasm2 { get; } = new(
        FindWasm2(), "The core suite is not here: set QUICWASM_SPEC to its folder, or put it at ../shared/spec beside the repository.", "spectest.wasm", ModuleFeatures.Wasm2);

    /// <summary>The core suite of WebAssembly 3.0.</summary>
    public static SpecSuite Wasm3 { get; } = new(
        Configured("QUICWASM_SPEC3"), "The core suite of 3.0 is not here: set QUICWASM_SPEC3 to its folder.", "spectest3.wasm", ModuleFeatures.Default);

    /// <summary>The name of the module that scripts import from; for 3.0 it has a table of 64-bit indices, too: <c>(table (export "table64") i64 10 20 funcref)</c>.</summary>
    public string Host { get; }

    /// <summary>What the modules may use.</summary>
    public ModuleFeatures Features { get; }

    /// <summary>Why the suite cannot be run, or null.</summary>
    public string? Missing => _root is null ? _missing : null;

    /// <summary>Names of all scripts; one empty name where the suite is missing, so that the skip is seen.</summary>
    public IEnumerable<string> Scripts => _root is null ? [""] : _folders.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads a script's commands.</summary>
    public IReadOnlyList<JsonElement> Commands(string script)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folders[script], Path.GetFileName(script) + ".json")));
        return [.. document.RootElement.GetProperty("commands").EnumerateArray().Select(c => c.Clone())];
    }

    /// <summary>Reads a module that a script names.</summary>
    public byte[] Binary(string script, string file) => File.ReadAllBytes(Path.Combine(_folders[script], file));

    private static string? Configured(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;

    private static string? FindWasm2()
    {
        if (Environment.GetEnvironmentVariable("QUICWASM_SPEC") is { Length: > 0 })
        {
            return Configured("QUICWASM_SPEC");
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
            {
                string suite = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "spec"));
                return Directory.Exists(suite) ? suite : null;
            }
        }

        return null;
    }
}
