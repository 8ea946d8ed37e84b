using System.Text.RegularExpressions;

namespace QuicWasm.Bench.Tests;

/// <summary>The two scripts at the top do the same; only the shell's can run everywhere, so the other's text is held against it.</summary>
public sealed partial class ScriptTests
{
    private static readonly string Shell = File.ReadAllText(Path.Combine(Repository.Root, "run-experiments.sh"));
    private static readonly string Power = File.ReadAllText(Path.Combine(Repository.Root, "run-experiments.ps1"));

    [Fact]
    public void Both_have_the_same_options_and_pass_them_to_options_that_sweep_has()
    {
        string[] shell = [.. ShellOption().Matches(Shell).Select(m => m.Groups[1].Value).Order()];
        string[] power = [.. PowerOption().Matches(Power).Select(m => m.Groups[1].Value.ToLowerInvariant()).Order()];
        Assert.Equal(shell, power);
        string[] known = [.. SweepCommand.Make([]).Options.Select(o => o.Name)];
        Assert.All(shell, o => Assert.Contains($"--{o}", known));
        Assert.All(PassedOption().Matches(Power).Select(m => m.Groups[1].Value), o => Assert.Contains(o, known));
    }

    [Fact]
    public void Both_run_the_same_commands_and_stop_at_errors()
    {
        foreach (string text in new[] { Shell, Power })
        {
            foreach (string command in new[] { "dotnet build -c Release bench", "--project bench -- ", "report " })
            {
                Assert.Contains(command, text, StringComparison.Ordinal);
            }

            Assert.InRange(text.Split('\n').Length, 1, 80);
        }

        Assert.Contains("set -euo pipefail", Shell, StringComparison.Ordinal);
        Assert.Contains("Set-StrictMode -Version Latest", Power, StringComparison.Ordinal);
        Assert.Contains("$ErrorActionPreference = 'Stop'", Power, StringComparison.Ordinal);
    }

    [Fact]
    public void Braces_brackets_and_quotes_of_the_PowerShell_script_are_closed()
    {
        string code = string.Join('\n', Power.Split('\n').Where(l => !l.TrimStart().StartsWith('#')));
        string bare = QuotedText().Replace(code, "");
        foreach ((char open, char close) in new[] { ('{', '}'), ('(', ')'), ('[', ']') })
        {
            Assert.Equal(bare.Count(c => c == open), bare.Count(c => c == close));
        }

        Assert.DoesNotContain('\'', bare);
    }

    [GeneratedRegex(@"^ +--([a-z]+)\)", RegexOptions.Multiline)]
    private static partial Regex ShellOption();

    [GeneratedRegex(@"^    \[(?:string(?:\[\])?|switch|int)\] \$([A-Z][a-z]+)", RegexOptions.Multiline)]
    private static partial Regex PowerOption();

    [GeneratedRegex(@"'(--[a-z]+)'")]
    private static partial Regex PassedOption();

    [GeneratedRegex(@"'[^'\n]*'")]
    private static partial Regex QuotedText();
}
