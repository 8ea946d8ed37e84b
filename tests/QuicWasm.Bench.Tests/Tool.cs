namespace QuicWasm.Bench.Tests;

/// <summary>Programs of others that a test needs.</summary>
internal static class Tool
{
    /// <summary>The first of a tool's commands that is here; skips the test where there is none, and fails it where QUICWASM_REQUIRE names the tool.</summary>
    public static string Required(string tool, params string[] commands)
    {
        string? found = commands.FirstOrDefault(SystemCommand.Exists);
        bool isRequired = (Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains(tool);
        Assert.True(found is not null || !isRequired, $"QUICWASM_REQUIRE names {tool}, and it is not installed");
        Assert.SkipWhen(found is null, $"no {tool} is installed");
        return found!;
    }
}
