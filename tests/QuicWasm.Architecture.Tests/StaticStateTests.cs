using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QuicWasm.Architecture.Tests;

/// <summary>Two runtimes in one process never meet, so nothing that can change is static.</summary>
public sealed class StaticStateTests
{
    private static readonly string[] Projects =
    [
        "QuicWasm.Runtime", "QuicWasm.Interpreter", "QuicWasm.Compiler", "QuicWasm.State", "QuicWasm.Wasi", "QuicWasm.Migration",
        "QuicWasm.Transport",
    ];

    // Types whose values cannot change; generic ones by name alone.
    private static readonly HashSet<string> ImmutableTypes =
    [
        "bool", "byte", "sbyte", "short", "ushort", "int", "uint", "long", "ulong", "nint", "nuint", "float", "double", "decimal", "char", "string",
        "Type", "Version", "Guid", "TimeSpan", "DateTime", "DateTimeOffset", "Encoding", "UTF8Encoding", "CultureInfo", "Regex", "Opcode",
        "ImmutableArray", "ImmutableList", "ImmutableDictionary", "ImmutableHashSet", "FrozenDictionary", "FrozenSet", "SearchValues",
        "MethodInfo", "FieldInfo", "ConstructorInfo", "StringComparer", "PipeOptions", "SslApplicationProtocol",
    ];

    // What may be static though its type could change, or is shared by the process on purpose. An entry that is not needed fails.
    private static readonly Dictionary<string, string> Exemptions = new()
    {
        ["QuicWasm.Interpreter.HandlerFactory.Parameters"] = "a signature, never written",
        ["QuicWasm.Interpreter.HandlerFactory.Gate"] = "handlers are code: shared by the process, as JIT output is",
        ["QuicWasm.Interpreter.HandlerFactory.Handlers"] = "handlers are code: shared by the process, as JIT output is",
        ["QuicWasm.Interpreter.HandlerFactory._waiting"] = "who waits at that gate",
        ["QuicWasm.Interpreter.HandlerFactory._batches"] = "numbers the types that hold emitted handlers",
        ["QuicWasm.Interpreter.HandlerFactory.Dynamic"] = "handlers are code: shared by the process, as JIT output is",
        ["QuicWasm.Interpreter.HandlerFactory.Trapping"] = "a set of opcodes, never written",
        ["QuicWasm.Transport.TransportEndpoint.Schemes"] = "names, never written",
        ["QuicWasm.Wasi.SystemErrors.Pairs"] = "a table of the systems' error numbers, never written",
        ["QuicWasm.Wasi.SystemErrors.Table"] = "a table of the systems' error numbers, never written",
    };

    [Fact]
    public void No_static_field_or_property_can_change()
    {
        List<string> mutable = [.. Repository.SourceProjects.Intersect(Projects).SelectMany(MutableStatics)];
        Findings.None(mutable.Except(Exemptions.Keys), "static things that can change");
        Findings.None(Exemptions.Keys.Except(mutable), "exemptions that are not needed");
    }

    [Fact]
    public void Nothing_is_kept_per_thread()
    {
        IEnumerable<string> found = Repository.SourceProjects.Intersect(Projects)
            .SelectMany(p => Repository.Files($"src/{p}", "*.cs"))
            .Where(f => SourceFile.Of(f).Root.DescendantNodes().Any(n => n is AttributeSyntax { Name: IdentifierNameSyntax { Identifier.Text: "ThreadStatic" } }
                or GenericNameSyntax { Identifier.Text: "ThreadLocal" or "AsyncLocal" }));
        Findings.None(found, "state for each thread");
    }

    private static IEnumerable<string> MutableStatics(string project)
    {
        foreach (string file in Repository.Files($"src/{project}", "*.cs"))
        {
            foreach (MemberDeclarationSyntax member in SourceFile.Of(file).Root.DescendantNodes().OfType<MemberDeclarationSyntax>())
            {
                if (member.Modifiers.Any(SyntaxKind.StaticKeyword))
                {
                    foreach (string name in MutableNames(member))
                    {
                        yield return $"{project}.{((BaseTypeDeclarationSyntax)member.Parent!).Identifier.Text}.{name}";
                    }
                }
            }
        }
    }

    private static IEnumerable<string> MutableNames(MemberDeclarationSyntax member) => member switch
    {
        BaseFieldDeclarationSyntax field when !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) || !IsImmutable(field.Declaration.Type) =>
            field.Declaration.Variables.Select(v => v.Identifier.Text),
        PropertyDeclarationSyntax { ExpressionBody: null, AccessorList: { } accessors } property
            when IsAutomatic(accessors) && (accessors.Accessors.Any(SyntaxKind.SetAccessorDeclaration) || !IsImmutable(property.Type)) =>
            [property.Identifier.Text],
        _ => [],
    };

    private static bool IsAutomatic(AccessorListSyntax accessors) => accessors.Accessors.Any(a => a.Body is null && a.ExpressionBody is null);

    private static bool IsImmutable(TypeSyntax type) => type switch
    {
        NullableTypeSyntax nullable => IsImmutable(nullable.ElementType),
        QualifiedNameSyntax qualified => IsImmutable(qualified.Right),
        GenericNameSyntax generic => ImmutableTypes.Contains(generic.Identifier.Text),
        _ => ImmutableTypes.Contains(type.ToString()) || OwnTypes.IsImmutable(type.ToString()),
    };
}
