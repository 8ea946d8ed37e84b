using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>What a session of measuring ran on.</summary>
internal static class RunEnvironment
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>The environment, for the manifest.</summary>
    public static JsonObject Describe(IReadOnlyList<string> commandLine) => new()
    {
        ["command_line"] = new JsonArray([.. commandLine.Select(w => JsonValue.Create(w))]),
        ["started"] = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        ["commit"] = Git("rev-parse", "HEAD"),
        ["modified"] = Git("status", "--porcelain", "--untracked-files=no") is { Length: > 0 },
        ["processor"] = Processor(),
        ["processors"] = Environment.ProcessorCount,
        ["load_average"] = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : null,
        ["memory_bytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        ["system"] = RuntimeInformation.OSDescription,
        ["kernel"] = Answer("uname", ["-sr"]),
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["configuration"] = Configuration,
        ["criu"] = VersionOf(Criu.Command),
        ["nodejs"] = VersionOf("node"),
        ["transports"] = string.Join(", ", TransportCatalogue.Names),
        ["emulated_link"] = LinkNamespaces.Unavailable() ?? "two network namespaces, two TUN devices, and the emulator of the harness",
    };

    private static string? Git(params string[] arguments) => Answer("git", ["-C", Repository.Root, .. arguments]);

    private static string? VersionOf(string command) => Answer(command, ["--version"])?.ReplaceLineEndings(", ");

    // A machine without the command, and a copy without git, have nothing to name.
    private static string? Answer(string command, IEnumerable<string> arguments)
    {
        try
        {
            return SystemCommand.Run(command, arguments).Trim();
        }
        catch (HarnessException)
        {
            return null;
        }
    }

    private static string? Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
