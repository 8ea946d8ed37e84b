using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Types of imports and exports in words, for messages.</summary>
internal static class TypeText
{
    public static string Of(FunctionType type) => $"a function {type}";

    public static string Of(TableType type) => $"a {Width(type.Limits)}table of {type.ElementType.Text()}, {Of(type.Limits)} elements";

    public static string Of(MemoryType type) => $"a {Width(type.Limits)}memory of {Of(type.Limits)} pages";

    public static string Of(GlobalType type) => $"a {(type.IsMutable ? "mutable" : "constant")} global of {type.ValueType.Text()}";

    public static string Of(TagInstance tag) => OfTag(tag.Type);

    public static string OfTag(FunctionType type) => $"a tag {type}";

    public static string OfExport(ModuleInstance instance, ExportDeclaration export) => export.Kind switch
    {
        ExternalKind.Function => Of(instance.Functions[export.Index].Type),
        ExternalKind.Table => Of(instance.Tables[export.Index].CurrentType),
        ExternalKind.Memory => Of(instance.Memories[export.Index].CurrentType),
        ExternalKind.Tag => Of(instance.Tags[export.Index]),
        _ => Of(instance.Globals[export.Index].Type),
    };

    private static string Of(Limits limits) => limits.Maximum is { } maximum ? $"{limits.Minimum} to {maximum}" : $"{limits.Minimum} or more";

    private static string Width(Limits limits) => limits.Is64 ? "64-bit " : "";
}
