using System.Globalization;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>Instructions with their immediates, as the text format writes them; functions with their names behind.</summary>
internal sealed class InstructionText(Module module, FunctionNames names)
{
    /// <summary>The instruction at the reader, which stands behind its opcode and is moved behind its immediates.</summary>
    public string Read(ref CodeReader reader, OpcodeInfo row)
    {
        string immediate = Immediate(ref reader, row);
        return immediate.Length == 0 ? row.Name : $"{row.Name} {immediate}";
    }

    private string Immediate(ref CodeReader reader, OpcodeInfo row)
    {
        switch (row.Immediate)
        {
            case ImmediateKind.None:
                return "";
            case ImmediateKind.BlockType:
                return BlockText(reader.ReadBlockType());
            case ImmediateKind.FunctionIndex:
                uint function = reader.ReadU32();
                return names.Of((int)function) is { } name ? $"{function} <{name}>" : $"{function}";
            case ImmediateKind.TypeAndTableIndex:
                uint type = reader.ReadU32();
                uint table = reader.ReadU32();
                return $"{(table == 0 ? "" : $"{table} ")}(type {type}) ;; {module.Types[(int)type]}";
            case ImmediateKind.BranchTable:
                return Join(ref reader, (int)reader.ReadU32() + 1, static (ref CodeReader r) => $"{r.ReadU32()}");
            case ImmediateKind.ValueTypes:
                return $"(result {Join(ref reader, (int)reader.ReadU32(), static (ref CodeReader r) => r.ReadValueType().Text())})";
            case ImmediateKind.MemArg:
                return MemArgText(reader.ReadMemArg(), row);
            case ImmediateKind.MemArgAndLane:
                string memArg = MemArgText(reader.ReadMemArg(), row);
                return $"{memArg}{(memArg.Length == 0 ? "" : " ")}{reader.ReadByte()}";
            case ImmediateKind.HeapType:
                return reader.ReadReferenceType() == ValueType.FuncRef ? "func" : "extern";
            default:
                return Number(ref reader, row.Immediate);
        }
    }

    private static string Number(ref CodeReader reader, ImmediateKind kind)
    {
        switch (kind)
        {
            case ImmediateKind.I32:
                return reader.ReadS32().ToString(CultureInfo.InvariantCulture);
            case ImmediateKind.I64:
                return reader.ReadS64().ToString(CultureInfo.InvariantCulture);
            case ImmediateKind.F32:
                return FloatText.Of(reader.ReadF32Bits());
            case ImmediateKind.F64:
                return FloatText.Of(reader.ReadF64Bits());
            case ImmediateKind.V128:
                string words = "";
                for (int i = 0; i < 4; i++)
                {
                    words += $" 0x{reader.ReadF32Bits():x8}";
                }

                return $"i32x4{words}";
            case ImmediateKind.Lane:
                return $"{reader.ReadByte()}";
            case ImmediateKind.Shuffle:
                return Join(ref reader, 16, static (ref CodeReader r) => $"{r.ReadByte()}");
            case ImmediateKind.TablePair or ImmediateKind.MemoryPair:
                return Join(ref reader, 2, static (ref CodeReader r) => $"{r.ReadU32()}");
            case ImmediateKind.DataAndMemoryIndex or ImmediateKind.ElementAndTableIndex:
                // The text format puts the memory or table first.
                uint segment = reader.ReadU32();
                return $"{reader.ReadU32()} {segment}";
            case ImmediateKind.LabelIndex or ImmediateKind.TypeIndex or ImmediateKind.TagIndex or ImmediateKind.LocalIndex or ImmediateKind.GlobalIndex
                or ImmediateKind.TableIndex or ImmediateKind.MemoryIndex or ImmediateKind.DataIndex or ImmediateKind.ElementIndex:
                return $"{reader.ReadU32()}";
            default:
                int start = reader.Position;
                reader.SkipImmediate(kind);
                return $"({kind}, {reader.Position - start} bytes)";
        }
    }

    private delegate string Item(ref CodeReader reader);

    private static string Join(ref CodeReader reader, int count, Item item)
    {
        var items = new List<string>();
        for (int i = 0; i < count; i++)
        {
            items.Add(item(ref reader));
        }

        return string.Join(' ', items);
    }

    private string BlockText(BlockType type) => type.IsEmpty ? ""
        : type.HasTypeIndex ? $"(type {type.TypeIndex}) ;; {module.Types[(int)type.TypeIndex]}"
        : $"(result {type.Result.Text()})";

    private static string MemArgText(MemArg memArg, OpcodeInfo row)
    {
        string memory = memArg.MemoryIndex == 0 ? "" : $"{memArg.MemoryIndex}";
        string offset = memArg.Offset == 0 ? "" : $"offset={memArg.Offset}";
        string alignment = memArg.Alignment == row.NaturalAlignment ? "" : $"align={1UL << (int)memArg.Alignment}";
        return string.Join(' ', new[] { memory, offset, alignment }.Where(static t => t.Length > 0));
    }
}
