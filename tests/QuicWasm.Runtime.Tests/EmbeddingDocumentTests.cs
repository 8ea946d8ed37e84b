using System.Text.RegularExpressions;

namespace QuicWasm.Runtime.Tests;

/// <summary>docs/embedding.md quotes examples that compile and run.</summary>
public sealed partial class EmbeddingDocumentTests
{
    [Fact]
    public void Every_example_of_the_document_is_the_one_that_is_tested()
    {
        string root = Root();
        string document = File.ReadAllText(Path.Combine(root, "docs", "embedding.md")).ReplaceLineEndings("\n");
        string source = File.ReadAllText(Path.Combine(root, "tests", "QuicWasm.Runtime.Tests", "EmbeddingExamples.cs")).ReplaceLineEndings("\n");
        Dictionary<string, string> tested = Tested().Matches(source).ToDictionary(m => m.Groups[1].Value, m => Dedented(m.Groups[2].Value));
        Dictionary<string, string> quoted = Quoted().Matches(document).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        Assert.NotEmpty(tested);
        Assert.Equal(tested.Keys.Order(), quoted.Keys.Order());
        Assert.All(tested, example => Assert.Equal(example.Value, quoted[example.Key]));
        Assert.Equal(quoted.Count, document.Split("```csharp").Length - 1);
    }

    private static string Dedented(string code) => string.Join('\n', code.Split('\n').Select(l => l.Length > 8 ? l[8..] : ""));

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QuicWasm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside a checkout");
    }

    [GeneratedRegex(@"^ +// <(\w+)>\n(.*?)^ +// </\1>$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Tested();

    [GeneratedRegex(@"^<!-- (\w+) -->\n```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
