using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QuicWasm.Architecture.Tests;

/// <summary>The types that the project declares itself, as far as their syntax tells.</summary>
internal static class OwnTypes
{
    private static readonly ILookup<string, BaseTypeDeclarationSyntax> Declarations = Repository.Files("src", "*.cs")
        .SelectMany(f => SourceFile.Of(f).Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
        .ToLookup(t => t.Identifier.Text);

    /// <summary>Whether values of the type have no field that is written, and no property that is set, after they are made.</summary>
    public static bool IsImmutable(string name) => Declarations.Contains(name) && Declarations[name].All(IsImmutable);

    private static bool IsImmutable(BaseTypeDeclarationSyntax declaration) => declaration is EnumDeclarationSyntax
        || (declaration is TypeDeclarationSyntax type && type.Members.All(m => !HoldsState(m)));

    private static bool HoldsState(MemberDeclarationSyntax member) => member switch
    {
        _ when member.Modifiers.Any(SyntaxKind.StaticKeyword) || member.Modifiers.Any(SyntaxKind.ConstKeyword) => false,
        BaseFieldDeclarationSyntax field => !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword),
        PropertyDeclarationSyntax { AccessorList: { } accessors } => accessors.Accessors.Any(SyntaxKind.SetAccessorDeclaration),
        _ => false,
    };
}
