using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>Prints what a module declares: sections, types, imports, what it defines, exports, segments.</summary>
internal sealed class ModulePrinter(TextWriter output, Module module, FunctionNames names)
{
    private static readonly string[] SectionNames =
    [
        "custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count", "tag",
    ];

    public void Print()
    {
        PrintSections();
        List("types", module.Types, (type, i) => $"type[{i}] {type}");
        List("imports", module.Imports, (import, _) => $"{import.Kind.ToString().ToLowerInvariant()} {import.Module}.{import.Name}: {TypeOf(import)}");
        List("functions", module.Functions, (body, i) =>
            $"func[{names.ImportCount + i}]{Name(names.ImportCount + i)} type[{body.TypeIndex}] at 0x{body.Offset:x}, {body.LengthBytes} bytes");
        int tables = module.ImportCount(ExternalKind.Table), memories = module.ImportCount(ExternalKind.Memory), globals = module.ImportCount(ExternalKind.Global);
        List("tables", module.Tables, (table, i) => $"table[{tables + i}] {TypeOf(table)}");
        List("memories", module.Memories, (memory, i) => $"memory[{memories + i}] {TypeOf(memory)}");
        List("globals", module.Globals, (global, i) => $"global[{globals + i}] {TypeOf(global.Type)} = {Text(global.Initializer)}");
        List("exports", module.Exports, (export, _) => $"{export.Kind.ToString().ToLowerInvariant()}[{export.Index}] \"{export.Name}\"");
        if (module.StartFunction is { } start)
        {
            output.WriteLine($"start\n  func[{start}]{Name(start)}");
        }

        List("elements", module.Elements, (segment, i) =>
            $"elem[{i}] {segment.Mode.ToString().ToLowerInvariant()}, {segment.Items.Length} {segment.ElementType.Text()}{At(segment.Mode, "table", segment.TableIndex, segment.Offset)}");
        List("datas", module.Datas, (segment, i) =>
            $"data[{i}] {segment.Mode.ToString().ToLowerInvariant()}, {segment.LengthBytes} bytes at 0x{segment.BytesOffset:x}{At(segment.Mode, "memory", segment.MemoryIndex, segment.Offset)}");
    }

    private void PrintSections()
    {
        output.WriteLine("sections");
        foreach (BinarySection section in module.Map.Sections)
        {
            string name = section.Id < SectionNames.Length ? SectionNames[section.Id] : $"{section.Id}";
            string custom = section.Id == 0 ? $" \"{CustomName(section)}\"" : "";
            output.WriteLine($"  {name,-10} start=0x{section.PayloadOffset:x8} end=0x{section.PayloadOffset + section.PayloadLength:x8} size={section.PayloadLength}{custom}");
        }
    }

    private string CustomName(BinarySection section)
    {
        var reader = new CodeReader(module.Binary.Span.Slice((int)section.PayloadOffset, section.PayloadLength), section.PayloadOffset);
        return System.Text.Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadU32()));
    }

    private void List<T>(string title, IReadOnlyList<T> items, Func<T, int, string> text)
    {
        if (items.Count > 0)
        {
            output.WriteLine($"{title} ({items.Count})");
        }

        for (int i = 0; i < items.Count; i++)
        {
            output.WriteLine($"  {text(items[i], i)}");
        }
    }

    private string Name(int function) => names.Of(function) is { } name ? $" <{name}>" : "";

    private static string At(SegmentMode mode, string what, int index, ConstantExpression? offset) =>
        mode == SegmentMode.Active && offset is not null ? $", {what}[{index}] at {Text(offset)}" : "";

    private string TypeOf(ImportDeclaration import) => import.Kind switch
    {
        ExternalKind.Function => $"type[{import.TypeIndex}] {module.Types[import.TypeIndex]}",
        ExternalKind.Table => TypeOf(import.Table),
        ExternalKind.Memory => TypeOf(import.Memory),
        ExternalKind.Global => TypeOf(import.Global),
        _ => $"type[{import.TypeIndex}]",
    };

    private static string TypeOf(TableType type) => $"{type.ElementType.Text()}, {Text(type.Limits)} elements";

    private static string TypeOf(MemoryType type) => $"{Text(type.Limits)} pages";

    private static string TypeOf(GlobalType type) => $"{type.ValueType.Text()}{(type.IsMutable ? " mutable" : "")}";

    private static string Text(Limits limits) => limits.Maximum is { } maximum ? $"{limits.Minimum} to {maximum}" : $"{limits.Minimum} or more";

    private static string Text(ConstantExpression expression) => string.Join(", ", expression.Instructions.Select(Text));

    private static string Text(ConstantInstruction instruction)
    {
        OpcodeInfo row = OpcodeTable.Get(instruction.Opcode);
        string immediate = row.Immediate switch
        {
            ImmediateKind.None or ImmediateKind.HeapType => "",
            ImmediateKind.I32 => $" {(int)instruction.Low}",
            ImmediateKind.I64 => $" {(long)instruction.Low}",
            ImmediateKind.F32 => $" {FloatText.Of((uint)instruction.Low)}",
            ImmediateKind.F64 => $" {FloatText.Of(instruction.Low)}",
            ImmediateKind.V128 => $" 0x{instruction.High:x16}{instruction.Low:x16}",
            _ => $" {instruction.Low}",
        };
        return row.Name + immediate;
    }
}
