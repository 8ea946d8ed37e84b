using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>
/// What is known of each instruction from its opcode alone. The rows stand in one file per family; they drive the reader, the
/// validator and the disassembly.
/// </summary>
/// <remarks>
/// A row's signature is <c>operands:results</c> with one letter a value: i = i32, l = i64, f = f32, d = f64, v = v128, r = funcref;
/// or <c>*</c> where the types do not follow from the opcode.
/// </remarks>
public static partial class OpcodeTable
{
    // Bytes without prefix, then the prefixes 0xFB to 0xFF.
    private const int PageCount = 6;
    private static readonly ImmutableArray<ValueType>[] TypeLists = MakeTypeLists();
    private static readonly OpcodeInfo?[] Rows = MakeRows();

    /// <summary>Every row, in the order of the opcodes.</summary>
    public static ImmutableArray<OpcodeInfo> All { get; } = [.. Rows.OfType<OpcodeInfo>()];

    /// <summary>How many values <see cref="DenseIndex"/> has: the length of an array with one entry an opcode.</summary>
    public static int DenseCount => PageCount * 256;

    /// <summary>A small index for an opcode that the reader has decoded: 0 to <see cref="DenseCount"/> - 1, different for each.</summary>
    public static int DenseIndex(Opcode opcode)
    {
        int value = (int)opcode;
        int page = value >> 8;
        return page == 0 ? value : ((page - 0xFA) << 8) | (value & 0xFF);
    }

    /// <summary>The row of an opcode.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such instruction.</exception>
    public static OpcodeInfo Get(Opcode opcode) =>
        Find(opcode) ?? throw new ArgumentOutOfRangeException(nameof(opcode), opcode, "no such instruction");

    /// <summary>The row of an opcode, or null where there is no such instruction.</summary>
    public static OpcodeInfo? Find(Opcode opcode)
    {
        int page = (int)opcode >> 8;
        return page is 0 or (>= 0xFB and <= 0xFF) ? Rows[DenseIndex(opcode)] : null;
    }

    private static OpcodeInfo?[] MakeRows()
    {
        var rows = new OpcodeInfo?[DenseCount];
        foreach (OpcodeInfo[] family in (OpcodeInfo[][])[ControlRows, MemoryRows, NumericRows, VectorRows, VectorMemoryRows])
        {
            foreach (OpcodeInfo row in family)
            {
                rows[DenseIndex(row.Opcode)] = row;
            }
        }

        return rows;
    }

    private static OpcodeInfo Op(
        Opcode opcode,
        string name,
        string signature,
        ImmediateKind immediate = ImmediateKind.None,
        Proposals proposal = Proposals.None,
        int widthBytes = 0)
    {
        int colon = signature.IndexOf(':', StringComparison.Ordinal);
        bool isPolymorphic = colon < 0;
        return new OpcodeInfo(
            opcode,
            name,
            immediate,
            isPolymorphic ? [] : Types(signature.AsSpan(0, colon)),
            isPolymorphic ? [] : Types(signature.AsSpan(colon + 1)),
            isPolymorphic,
            proposal,
            widthBytes,
            LaneCount(name, immediate, widthBytes));
    }

    private static int LaneCount(string name, ImmediateKind immediate, int widthBytes) => immediate switch
    {
        ImmediateKind.MemArgAndLane => 16 / widthBytes,
        ImmediateKind.Shuffle => 32,
        // The shape begins the name, and the number after its x is the number of lanes: i8x16, f64x2.
        ImmediateKind.Lane => name.StartsWith("i8x16", StringComparison.Ordinal) ? 16 : name[4] - '0',
        _ => 0,
    };

    private static ImmutableArray<ValueType> Types(ReadOnlySpan<char> letters)
    {
        // Lists are shared: there are far fewer of them than rows.
        foreach (ImmutableArray<ValueType> list in TypeLists)
        {
            if (Matches(list, letters))
            {
                return list;
            }
        }

        throw new InvalidOperationException($"unknown types {letters}");
    }

    private static bool Matches(ImmutableArray<ValueType> list, ReadOnlySpan<char> letters)
    {
        if (list.Length != letters.Length)
        {
            return false;
        }

        for (int i = 0; i < letters.Length; i++)
        {
            if (list[i] != TypeOf(letters[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static ImmutableArray<ValueType>[] MakeTypeLists()
    {
        string[] lists =
        [
            "", "i", "l", "f", "d", "v", "r", "ii", "ll", "ff", "dd", "vv", "il", "if", "id", "iv", "vi", "vl", "vf", "vd", "iii", "vvv",
        ];
        return [.. lists.Select(list => ImmutableArray.CreateRange(list.Select(TypeOf)))];
    }

    private static ValueType TypeOf(char letter) => letter switch
    {
        'i' => ValueType.I32,
        'l' => ValueType.I64,
        'f' => ValueType.F32,
        'd' => ValueType.F64,
        'v' => ValueType.V128,
        'r' => ValueType.FuncRef,
        _ => throw new InvalidOperationException($"unknown type letter {letter}"),
    };
}
