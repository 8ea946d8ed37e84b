using System.Text.RegularExpressions;

namespace QuicWasm.Architecture.Tests;

public sealed partial class LayoutTests
{
    private static readonly string[] MustExist =
    [
        "QuicWasm.sln", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", "global.json", "README.md",
        "src", "bench/QuicWasm.Bench.csproj", "experiments", "results", "tests", "run-experiments.ps1",
    ];

    private static readonly string[] MayStandAtTheTop =
    [
        ".ci", ".editorconfig", ".github", ".gitattributes", ".gitignore", "ARCHITECTURE.md", "BannedSymbols.txt", "bench", "CONTRIBUTING.md",
        "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "docs", "experiments", "global.json", "LICENSE", "QuicWasm.sln",
        "README.md", "results", "run-experiments.ps1", "run-experiments.sh", "src", "tests",
    ];

    public static TheoryData<string> SourceProjects() => [.. Repository.SourceProjects];

    [Fact]
    public void What_must_stand_at_the_top_does() => Findings.None(MustExist.Where(p => !Path.Exists(Repository.Full(p))), "missing");

    [Fact]
    public void Nothing_else_stands_at_the_top() =>
        Findings.None(Tracked().Select(f => f.Split('/')[0]).Distinct().Except(MayStandAtTheTop), "not in the layout");

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_folder_of_src_is_flat(string project) =>
        Findings.None(Repository.Files($"src/{project}", "*.cs").Where(f => f.Count(c => c == '/') != 2), "not directly in the project's folder");

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_namespace_equals_its_assembly(string project)
    {
        foreach (string file in Repository.Files($"src/{project}", "*.cs"))
        {
            Assert.All(SourceFile.Of(file).Namespaces, n => Assert.True(n == project, $"{file} declares the namespace {n}"));
        }
    }

    [Fact]
    public void No_tracked_text_names_a_folder_of_somebodys_machine()
    {
        var found = new List<string>();
        foreach (string file in Tracked().Where(f => File.Exists(Repository.Full(f))))
        {
            byte[] bytes = File.ReadAllBytes(Repository.Full(file));
            if (!bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0))
            {
                string text = System.Text.Encoding.UTF8.GetString(bytes);
                found.AddRange(MachinePath().Matches(text).Select(m => $"{file}: {m.Value}"));
            }
        }

        Findings.None(found, "folders of one machine");
    }

    private static IReadOnlyList<string> Tracked()
    {
        IReadOnlyList<string>? tracked = Repository.TrackedFiles();
        Assert.SkipWhen(tracked is null, "this is no git checkout, so what is committed is not known");
        return tracked!;
    }

    // Home and work folders, and drives of Windows; the brackets keep the pattern from finding itself.
    [GeneratedRegex(@"(?<![\w.])/(?:[h]ome|[r]oot|[w]ork|[U]sers|[f]arm)/[\w.-]+|\b[A-Z]:\\[U]sers\\\w+")]
    private static partial Regex MachinePath();
}
