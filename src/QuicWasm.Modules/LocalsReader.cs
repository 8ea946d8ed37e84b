namespace QuicWasm.Modules;

/// <summary>The local declarations at the beginning of a function's code (spec: binary/modules, section 5.5.13).</summary>
internal static class LocalsReader
{
    /// <summary>
    /// Reads the declarations and leaves the reader at the first instruction. Fills <paramref name="locals"/>, which has room for
    /// <see cref="ModuleLimits.Locals"/>, with the parameters and the locals; returns how many there are.
    /// </summary>
    public static int Read(ref CodeReader reader, FunctionType type, Span<ValueType> locals)
    {
        type.Parameters.AsSpan().CopyTo(locals);
        int count = type.Parameters.Length;
        ulong total = (ulong)count;
        for (int groups = VectorReader.ReadCount(ref reader, int.MaxValue, 2, "groups of locals"); groups > 0; groups--)
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
                locals.Slice(count, (int)length).Fill(local);
                count += (int)length;
            }
        }

        return total <= ModuleLimits.Locals
            ? count
            : throw reader.Error(ModuleError.LimitExceeded, $"too many locals: {total}; the limit is {ModuleLimits.Locals}");
    }
}
