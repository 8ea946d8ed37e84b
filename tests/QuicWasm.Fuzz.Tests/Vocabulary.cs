using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

/// <summary>What generated functions are made of.</summary>
internal sealed class Vocabulary
{
    private Vocabulary(bool isWhole, bool isAligned = false)
    {
        IsWhole = isWhole;
        IsAligned = isAligned;
        Types = isWhole ? [.. ModuleGenerator.NumberTypes, ValueType.V128] : ModuleGenerator.NumberTypes;
        Operators = Rows(ImmediateKind.None, ImmediateKind.Lane, ImmediateKind.Shuffle).Where(o => o.Results.Length == 1 && o.Operands.Length > 0).ToLookup(o => o.Results[0]);
        OpcodeInfo[] accesses = [.. Rows(ImmediateKind.MemArg, ImmediateKind.MemArgAndLane)];
        Loads = accesses.Where(o => o.Results.Length == 1).ToLookup(o => o.Results[0]);
        Stores = [.. accesses.Where(o => o.Results.Length == 0)];
    }

    /// <summary>What other engines do to the last bit, too: numbers whose NaNs are not seen, and calls that Node.js can make.</summary>
    public static Vocabulary Portable { get; } = new(isWhole: false);

    /// <summary>All of 2.0, tail calls, exceptions, and the bits of NaNs.</summary>
    public static Vocabulary Whole { get; } = new(isWhole: true);

    /// <summary>The same, where every access is either inside of the memory or outside.</summary>
    public static Vocabulary WholeButAligned { get; } = new(isWhole: true, isAligned: true);

    /// <summary>Whether accesses are at addresses that no end of a memory divides.</summary>
    public bool IsAligned { get; }

    /// <summary>Whether it is all that there is.</summary>
    public bool IsWhole { get; }

    /// <summary>Types of values.</summary>
    public ValueType[] Types { get; }

    /// <summary>Instructions without a memory, by the type of their result.</summary>
    public ILookup<ValueType, OpcodeInfo> Operators { get; }

    /// <summary>Loads by the type of their result; those of a lane take a vector, too.</summary>
    public ILookup<ValueType, OpcodeInfo> Loads { get; }

    /// <summary>Stores.</summary>
    public OpcodeInfo[] Stores { get; }

    /// <summary>The global of a type; the one behind those of numbers holds the fuel.</summary>
    public uint GlobalOf(ValueType type)
    {
        var index = (uint)Array.IndexOf(Types, type);
        return index < ModuleGenerator.FuelGlobal ? index : index + 1;
    }

    private IEnumerable<OpcodeInfo> Rows(params ImmediateKind[] immediates) => OpcodeTable.All.Where(o =>
        immediates.Contains(o.Immediate) && !o.IsPolymorphic && (o.Proposal & ~Proposals.Wasm2) == 0 && o.Operands.Concat(o.Results).All(Types.Contains));
}
