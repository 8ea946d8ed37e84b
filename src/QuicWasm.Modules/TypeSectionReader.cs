using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace QuicWasm.Modules;

/// <summary>The type section, and types in other sections (spec: binary/types).</summary>
internal static class TypeSectionReader
{
    private const byte FunctionForm = 0x60;

    // Flags of limits.
    private const byte HasMaximum = 1;
    private const byte IsShared = 2;
    private const byte Is64 = 4;

    public static void Read(ref CodeReader reader, ModuleDraft draft)
    {
        var types = new FunctionType[VectorReader.ReadCount(ref reader, ModuleLimits.Types, "types")];
        for (int i = 0; i < types.Length; i++)
        {
            byte form = reader.PeekByte();
            if (form != FunctionForm)
            {
                throw form switch
                {
                    >= 0x4D and <= 0x5F => reader.Error(
                        ModuleError.Unsupported, $"the proposal GarbageCollection is not supported (type form 0x{form:x2})"),
                    >= 0x80 => reader.Malformed($"integer representation too long: malformed type form 0x{form:x2}"),
                    _ => reader.Malformed($"malformed type form 0x{form:x2}"),
                };
            }

            reader.Skip(1);
            ImmutableArray<ValueType> parameters = ReadTypes(ref reader, ModuleLimits.Parameters, "parameters");
            types[i] = new FunctionType(parameters, ReadTypes(ref reader, ModuleLimits.Results, "results"));
        }

        draft.Types = ImmutableCollectionsMarshal.AsImmutableArray(types);
    }

    public static TableType ReadTable(ref CodeReader reader, ModuleFeatures features)
    {
        ValueType element = reader.ReadReferenceType();
        return new TableType(element, ReadLimits(ref reader, features));
    }

    public static MemoryType ReadMemory(ref CodeReader reader, ModuleFeatures features) => new(ReadLimits(ref reader, features));

    public static GlobalType ReadGlobal(ref CodeReader reader)
    {
        ValueType type = reader.ReadValueType();
        byte mutability = reader.PeekByte();
        if (mutability > 1)
        {
            throw reader.Malformed($"malformed mutability 0x{mutability:x2}");
        }

        reader.Skip(1);
        return new GlobalType(type, mutability == 1);
    }

    /// <summary>Reads the type of a tag; gives the index of its function type.</summary>
    public static int ReadTag(ref CodeReader reader)
    {
        byte attribute = reader.PeekByte();
        if (attribute != 0)
        {
            throw reader.Malformed($"malformed tag attribute 0x{attribute:x2}");
        }

        reader.Skip(1);
        return (int)reader.ReadU32();
    }

    private static ImmutableArray<ValueType> ReadTypes(ref CodeReader reader, int limit, string what)
    {
        int count = VectorReader.ReadCount(ref reader, limit, what);
        if (count == 0)
        {
            return [];
        }

        var types = new ValueType[count];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = reader.ReadValueType();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(types);
    }

    private static Limits ReadLimits(ref CodeReader reader, ModuleFeatures features)
    {
        byte flags = reader.PeekByte();
        bool hasMemory64 = features.Has(Proposals.Memory64);
        if ((flags & ~(HasMaximum | Is64)) != 0 || ((flags & Is64) != 0 && !hasMemory64))
        {
            throw flags switch
            {
                HasMaximum | IsShared or HasMaximum | IsShared | Is64 => reader.Error(ModuleError.Unsupported, "the proposal Threads is not supported (shared memory)"),
                4 or 5 => reader.Error(ModuleError.Unsupported, "the proposal Memory64 is not enabled (64-bit limits)"),
                0x80 or 0x81 => reader.Malformed("integer representation too long: malformed limits flags"),
                _ => reader.Malformed($"integer too large: malformed limits flags 0x{flags:x2}"),
            };
        }

        reader.Skip(1);
        ulong minimum = hasMemory64 ? reader.ReadU64() : reader.ReadU32();
        ulong? maximum = (flags & HasMaximum) == 0 ? null : hasMemory64 ? reader.ReadU64() : reader.ReadU32();
        return new Limits(minimum, maximum, (flags & Is64) != 0);
    }
}
