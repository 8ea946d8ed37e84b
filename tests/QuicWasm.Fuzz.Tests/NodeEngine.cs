using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace QuicWasm.Fuzz.Tests;

/// <summary>The other engine: the one of Node.js, in one process for all modules.</summary>
internal static class NodeEngine
{
    /// <summary>Whether there is one.</summary>
    public static bool IsPresent()
    {
        try
        {
            using Process node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs modules; gives for each what its calls gave, and its state at the end.</summary>
    public static async Task<IReadOnlyList<string[]>> RunAsync(IEnumerable<GeneratedModule> modules)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { fuel = ModuleGenerator.Fuel, modules = modules.Select(ToJson) }));
            var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "differential.mjs"), file]) { RedirectStandardOutput = true };
            using Process node = Process.Start(start)!;
            var lines = new List<string[]>();
            while (await node.StandardOutput.ReadLineAsync() is { } line)
            {
                lines.Add(JsonSerializer.Deserialize<string[]>(line)!);
            }

            await node.WaitForExitAsync();
            Assert.Equal(0, node.ExitCode);
            return lines;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static object ToJson(GeneratedModule module) => new
    {
        binary = Convert.ToBase64String(module.Binary),
        calls = module.Calls.Select(c => new
        {
            c.Function,
            Parameters = c.Parameters.Select(t => t.ToString()),
            Arguments = c.Arguments.Select(a => a.ToString("x", CultureInfo.InvariantCulture)),
            Results = c.Results.Select(t => t.ToString()),
        }),
    };
}
