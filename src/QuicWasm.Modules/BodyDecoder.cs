namespace QuicWasm.Modules;

/// <summary>Walks function bodies by the rules of the binary format only, without types.</summary>
internal static class BodyDecoder
{
    /// <summary>Walks every body that is present.</summary>
    /// <exception cref="ModuleException">A body is malformed.</exception>
    public static void Check(Module module)
    {
        foreach (FunctionBody body in module.Functions)
        {
            if (body.IsPresent)
            {
                var reader = new CodeReader(body.Code.Span, body.Offset);
                Check(ref reader);
            }
        }
    }

    private static void Check(ref CodeReader reader)
    {
        for (int groups = VectorReader.ReadCount(ref reader, int.MaxValue, "groups of locals"); groups > 0; groups--)
        {
            _ = reader.ReadU32();
            _ = reader.ReadValueType();
        }

        int depth = 1;
        while (depth > 0)
        {
            Opcode opcode = reader.ReadOpcode();
            if (OpcodeTable.Find(opcode) is not { } row)
            {
                throw reader.Malformed($"illegal opcode {(int)opcode:x2}");
            }

            depth += opcode switch
            {
                Opcode.Block or Opcode.Loop or Opcode.If or Opcode.TryTable => 1,
                Opcode.End => -1,
                _ => 0,
            };
            reader.SkipImmediate(row.Immediate);
        }

        if (!reader.AtEnd)
        {
            throw reader.Malformed("END opcode expected: code goes on after the end of the function");
        }
    }
}
