namespace QuicWasm.Architecture.Tests;

public sealed class SizeTests
{
    private const int FileLines = 400;
    private const int MethodLines = 60;

    // What may be larger, and why. An entry that is not needed fails.
    private static readonly Dictionary<string, string> LargeFiles = [];

    private static readonly Dictionary<string, string> LargeMethods = new()
    {
        ["src/QuicWasm.Modules/OpcodeTable.Numeric.cs: NumericRows"] = "a table: one row an opcode",
        ["src/QuicWasm.Modules/OpcodeTable.Vector.cs: VectorRows"] = "a table: one row an opcode",
    };

    [Fact]
    public void A_file_has_400_lines_at_most()
    {
        Dictionary<string, int> large = Repository.CSharpFiles
            .Select(f => (Path: f, Lines: SourceFile.Of(f).LineCount))
            .Where(f => f.Lines > FileLines)
            .ToDictionary(f => f.Path, f => f.Lines);
        Compare(large, LargeFiles);
    }

    [Fact]
    public void A_method_has_60_lines_at_most()
    {
        var large = new Dictionary<string, int>();
        foreach (string file in Repository.CSharpFiles)
        {
            foreach ((string name, int lines) in SourceFile.Of(file).Members.Where(m => m.Lines > MethodLines))
            {
                large[$"{file}: {name}"] = lines;
            }
        }

        Compare(large, LargeMethods);
    }

    private static void Compare(Dictionary<string, int> large, Dictionary<string, string> exemptions)
    {
        Findings.None(large.Where(l => !exemptions.ContainsKey(l.Key)).Select(l => $"{l.Key} has {l.Value} lines"), "too large: split it by meaning");
        Findings.None(exemptions.Keys.Except(large.Keys), "exemptions that are not needed");
    }
}
