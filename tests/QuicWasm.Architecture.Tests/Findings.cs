namespace QuicWasm.Architecture.Tests;

/// <summary>What a test found wrong, all of it in the message.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings, string what)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, $"{what}:\n  {string.Join("\n  ", all)}");
    }
}
