namespace QuicWasm.Modules;

/// <summary>The local declarations at the beginning of a function's code (spec: binary/modules, section 5.5.13).</summary>
internal static class LocalsReader
{
    /// <summary>
    /// Reads the declarations and leaves the reader at the first instruction. Fills <paramref name="locals"/>, which grows where it is
    /// too short, with the parameters and the locals; returns how many there are.
    /// </summary>
    public static int Read(ref CodeReader reader, FunctionType type, ref ValueType[] locals)
    {
        int count = type.Parameters.Length;
        Reserve(ref locals, count);
        type.Parameters.AsSpan().CopyTo(locals);
        ulong total = (ulong)count;
        for (int groups = VectorReader.ReadCount(ref reader, int.MaxValue, "groups of locals"); groups > 0; groups--)
        {
            uint length = reader.ReadU32();
            total += length;
            if (total > uint.MaxValue)
            {
                throw reader.Malformed("too many locals: more than 2^32 - 1");
            }

            ValueType local = reader.ReadValueType();
            if (total <= ModuleLimits.Locals)
            {
                Reserve(ref locals, (int)total);
                locals.AsSpan(count, (int)length).Fill(local);
                count += (int)length;
            }
        }

        return total <= ModuleLimits.Locals
            ? count
            : throw reader.Error(ModuleError.LimitExceeded, $"too many locals: {total}; the limit is {ModuleLimits.Locals}");
    }

    private static void Reserve(ref ValueType[] locals, int count)
    {
        if (count > locals.Length)
        {
            Array.Resize(ref locals, Math.Max(count, 2 * locals.Length));
        }
    }
}
