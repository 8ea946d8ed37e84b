namespace QuicWasm.Cli.Tests;

/// <summary>quicwasm doctor.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Every_thing_is_there_or_the_next_line_says_what_to_do()
    {
        CommandResult result = (await ChildCommand.OfAsync("doctor")).AssertExit(0);
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string thing in new[] { "rights", "userfaultfd", "memory files", "page map scan", "pager", "quic by msquic", "quic by ngtcp2", "lz4", "zstd", "netem", "tun", "open files" })
        {
            int line = Array.FindIndex(lines, l => l.Length > 8 && l[8..].StartsWith(thing, StringComparison.Ordinal));
            Assert.True(line >= 0, $"nothing is said of {thing}:\n{result.Output}");
            Assert.True(lines[line].StartsWith("ok ", StringComparison.Ordinal) || (line + 1 < lines.Length && lines[line + 1].StartsWith("        ", StringComparison.Ordinal)), lines[line]);
        }
    }

    [Fact]
    public async Task Where_page_faults_can_be_caught_the_pager_starts()
    {
        string output = (await ChildCommand.OfAsync("doctor")).AssertExit(0).Output;
        Assert.Equal(output.Contains("ok      userfaultfd", StringComparison.Ordinal), output.Contains("ok      pager", StringComparison.Ordinal));
    }
}
