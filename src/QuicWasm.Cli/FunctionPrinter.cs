using System.Globalization;
using System.Text;
using QuicWasm.Modules;

namespace QuicWasm.Cli;

/// <summary>Prints functions instruction by instruction: offset in the binary, bytes, and text that is indented as it is nested.</summary>
internal sealed class FunctionPrinter(TextWriter output, Module module, FunctionNames names)
{
    private const int BytesShown = 10;

    private readonly InstructionText _text = new(module, names);

    /// <summary>Prints one function that the module defines, by its index among all.</summary>
    public void Print(int index)
    {
        FunctionBody body = module.Functions[index - names.ImportCount];
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $"{body.Offset:x6} func[{index}]{(names.Of(index) is { } name ? $" <{name}>" : "")} {names.TypeOf(index)}\n");
        ReadOnlySpan<byte> code = body.Code.Span;
        var reader = new CodeReader(code, body.Offset);
        PrintLocals(lines, ref reader, code, names.TypeOf(index).Parameters.Length);
        int depth = 1;
        while (!reader.AtEnd)
        {
            int start = reader.Position;
            long offset = reader.Offset;
            Opcode opcode = reader.ReadOpcode();
            string text = _text.Read(ref reader, OpcodeTable.Get(opcode));
            depth -= opcode is Opcode.End or Opcode.Else ? 1 : 0;
            Append(lines, offset, code[start..reader.Position], depth, text);
            depth += opcode is Opcode.Block or Opcode.Loop or Opcode.If or Opcode.Else or Opcode.TryTable ? 1 : 0;
        }

        output.Write(lines);
    }

    private static void PrintLocals(StringBuilder lines, ref CodeReader reader, ReadOnlySpan<byte> code, int local)
    {
        for (uint groups = reader.ReadU32(); groups > 0; groups--)
        {
            int start = reader.Position;
            long offset = reader.Offset;
            uint count = reader.ReadU32();
            string type = reader.ReadValueType().Text();
            string numbers = count == 1 ? $"{local}" : $"{local}..{local + count - 1}";
            Append(lines, offset, code[start..reader.Position], 1, count == 0 ? $"(no local {type})" : $"(local {numbers} {type})");
            local += (int)count;
        }
    }

    // What does not fit into the column of bytes is left out: the offset of the next line tells how many there are.
    private static void Append(StringBuilder lines, long offset, ReadOnlySpan<byte> bytes, int depth, string text)
    {
        bool fits = bytes.Length <= BytesShown;
        string hex = string.Join(' ', Convert.ToHexStringLower(fits ? bytes : bytes[..(BytesShown - 1)]).Chunk(2).Select(static b => new string(b)));
        lines.Append(CultureInfo.InvariantCulture, $" {offset:x6}: {(fits ? hex : hex + " .."),-(3 * BytesShown)}| ").Append(' ', 2 * Math.Max(0, depth - 1)).Append(text).Append('\n');
    }
}
