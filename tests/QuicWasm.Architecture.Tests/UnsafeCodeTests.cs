using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QuicWasm.Architecture.Tests;

public sealed class UnsafeCodeTests
{
    private static readonly string[] MayBeUnsafe =
        ["QuicWasm.Native", "QuicWasm.Runtime", "QuicWasm.Interpreter", "QuicWasm.Compiler", "QuicWasm.State"];

    [Fact]
    public void Foreign_functions_are_declared_in_Native_only()
    {
        IEnumerable<string> declaring = Repository.Files("src", "*.cs").Concat(Repository.Files("bench", "*.cs"))
            .Where(f => !IsIn(f, "QuicWasm.Native") && DeclaresForeignFunctions(SourceFile.Of(f)));
        Findings.None(declaring, "foreign functions belong into Native");
    }

    [Fact]
    public void Unsafe_code_stands_only_where_raw_memory_is_touched()
    {
        IEnumerable<string> files = Repository.Files("src", "*.cs").Concat(Repository.Files("bench", "*.cs"))
            .Where(f => !MayBeUnsafe.Any(p => IsIn(f, p)) && SourceFile.Of(f).IsUnsafe);
        IEnumerable<string> projects = Repository.Files("src", "*.csproj")
            .Where(p => !MayBeUnsafe.Contains(Path.GetFileNameWithoutExtension(p)))
            .Where(p => XDocument.Load(Repository.Full(p)).Descendants("AllowUnsafeBlocks").Any());
        Findings.None(files.Concat(projects), "unsafe code where none may stand");
    }

    [Fact]
    public void A_file_with_unsafe_code_says_why_it_is_safe()
    {
        IEnumerable<string> silent = Repository.Files("src", "*.cs")
            .Where(f => !IsIn(f, "QuicWasm.Native"))
            .Where(f => SourceFile.Of(f) is { IsUnsafe: true } source && !source.Text.Contains("// SAFETY:", StringComparison.Ordinal));
        Findings.None(silent, "unsafe code without a \"// SAFETY:\" comment that gives its invariant");
    }

    private static bool IsIn(string file, string project) => file.StartsWith($"src/{project}/", StringComparison.Ordinal);

    private static bool DeclaresForeignFunctions(SourceFile file) => file.Root.DescendantNodes().OfType<AttributeSyntax>()
        .Any(a => a.Name.ToString().Split('.')[^1] is "DllImport" or "LibraryImport" or "DllImportAttribute" or "LibraryImportAttribute");
}
