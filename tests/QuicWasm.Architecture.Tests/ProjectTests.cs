using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace QuicWasm.Architecture.Tests;

public sealed partial class ProjectTests
{
    public static TheoryData<string> Projects() => [.. Repository.ProjectFiles];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_no_more_than_the_table_allows(string path)
    {
        string project = Path.GetFileNameWithoutExtension(path);
        Assert.True(
            project.EndsWith(".Tests", StringComparison.Ordinal) || AllowedReferences.Knows(project),
            $"{project} has no row in AllowedReferences: say there what it may reference");
        Findings.None(References(path).Where(r => !AllowedReferences.Of(project).Contains(r)), $"{project} must not reference");
    }

    [Fact]
    public void Engines_never_see_Migration_and_Migration_never_sees_an_engine()
    {
        foreach (string engine in AllowedReferences.Engines)
        {
            Assert.DoesNotContain("QuicWasm.Migration", AllowedReferences.Of(engine));
            Assert.DoesNotContain("QuicWasm.State", AllowedReferences.Of(engine));
        }

        Assert.Empty(AllowedReferences.Of("QuicWasm.Migration").Intersect(AllowedReferences.Engines));
        Assert.Empty(AllowedReferences.Of("QuicWasm.Testing").Intersect(AllowedReferences.Engines));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_is_in_the_solution(string path) =>
        Assert.Contains($"\"{path.Replace('/', '\\')}\"", File.ReadAllText(Repository.Full("QuicWasm.sln")), StringComparison.Ordinal);

    [Fact]
    public void Every_folder_of_src_and_tests_holds_a_project_of_its_name()
    {
        foreach (string folder in Directory.GetDirectories(Repository.Full("src")).Concat(Directory.GetDirectories(Repository.Full("tests"))))
        {
            string name = Path.GetFileName(folder);
            Assert.True(File.Exists(Path.Combine(folder, name + ".csproj")), $"{folder} holds no {name}.csproj");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Versions_of_packages_stand_in_Directory_Packages_props_only(string path)
    {
        XDocument project = XDocument.Load(Repository.Full(path));
        Assert.DoesNotContain(
            project.Descendants().Where(e => e.Name.LocalName is "PackageReference" or "GlobalPackageReference"),
            r => r.Attribute("Version") is not null || r.Attribute("VersionOverride") is not null
                || r.Elements().Any(e => e.Name.LocalName is "Version" or "VersionOverride"));
        Assert.Empty(project.Descendants("PackageVersion"));
    }

    private static IEnumerable<string> References(string path) => XDocument.Load(Repository.Full(path))
        .Descendants("ProjectReference")
        .Select(r => ProjectName().Match(r.Attribute("Include")!.Value).Groups[1].Value);

    [GeneratedRegex(@"([^/\\]+)\.csproj$")]
    private static partial Regex ProjectName();
}
