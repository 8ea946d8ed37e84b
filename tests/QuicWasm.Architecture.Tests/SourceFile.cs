using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QuicWasm.Architecture.Tests;

/// <summary>The syntax of one C# file.</summary>
internal sealed class SourceFile
{
    private static readonly Dictionary<string, SourceFile> Parsed = [];
    private readonly SyntaxTree _tree;

    private SourceFile(string path)
    {
        Text = File.ReadAllText(Repository.Full(path));
        _tree = CSharpSyntaxTree.ParseText(Text, CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview));
        Root = _tree.GetCompilationUnitRoot();
    }

    /// <summary>The file's text.</summary>
    public string Text { get; }

    /// <summary>The file's syntax.</summary>
    public CompilationUnitSyntax Root { get; }

    /// <summary>How many lines it has.</summary>
    public int LineCount => _tree.GetText().Lines.Count - (Text.EndsWith('\n') ? 1 : 0);

    /// <summary>Namespaces that it declares.</summary>
    public IEnumerable<string> Namespaces => Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(n => n.Name.ToString());

    /// <summary>Whether it says <c>unsafe</c> anywhere.</summary>
    public bool IsUnsafe => Root.DescendantTokens().Any(t => t.IsKind(SyntaxKind.UnsafeKeyword));

    /// <summary>Methods, constructors, operators, accessors and properties, with their lengths in lines.</summary>
    public IEnumerable<(string Name, int Lines)> Members
    {
        get
        {
            foreach (SyntaxNode node in Root.DescendantNodes())
            {
                if (NameOf(node) is { } name)
                {
                    FileLinePositionSpan span = _tree.GetLineSpan(node.Span);
                    yield return (name, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
                }
            }
        }
    }

    /// <summary>Parses a file, or gives the syntax it was parsed to before.</summary>
    public static SourceFile Of(string path)
    {
        lock (Parsed)
        {
            if (!Parsed.TryGetValue(path, out SourceFile? file))
            {
                file = new SourceFile(path);
                Parsed.Add(path, file);
            }

            return file;
        }
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        BaseMethodDeclarationSyntax => node.Kind().ToString(),
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        IndexerDeclarationSyntax => "this[]",
        _ => null,
    };
}
