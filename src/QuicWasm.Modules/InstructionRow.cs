namespace QuicWasm.Modules;

/// <summary>How the validator treats an instruction.</summary>
internal enum InstructionClass : byte
{
    /// <summary>There is no such instruction, or its proposal is not enabled.</summary>
    Unavailable,

    /// <summary>No immediate, or one that needs no check; the types follow from the opcode.</summary>
    Plain,

    /// <summary>A number follows; the types follow from the opcode.</summary>
    Constant,

    /// <summary>A load or store.</summary>
    MemoryAccess,

    /// <summary>A load or store of one lane.</summary>
    MemoryLaneAccess,

    /// <summary>A lane follows.</summary>
    Lane,

    /// <summary>Sixteen lanes follow.</summary>
    Shuffle,

    /// <summary>Other memory instructions.</summary>
    Memory,

    /// <summary>Tables, elements and references.</summary>
    Table,

    /// <summary>Locals, globals, drop and select.</summary>
    Variable,

    /// <summary>Blocks, branches and calls.</summary>
    Control,
}

/// <summary>The opcode table in the form that the validator's loop reads: eight bytes an opcode.</summary>
internal readonly struct InstructionRow
{
    private static readonly InstructionRow[] DefaultRows = MakeRows(ModuleFeatures.Default);

    // Types that follow from an opcode alone have no flags.
    private readonly byte _first;
    private readonly byte _second;
    private readonly byte _third;
    private readonly byte _result;

    private InstructionRow(OpcodeInfo info)
    {
        Class = ClassOf(info);
        OperandCount = (byte)info.Operands.Length;
        _first = OperandCount > 0 ? (byte)info.Operands[0] : (byte)0;
        _second = OperandCount > 1 ? (byte)info.Operands[1] : (byte)0;
        _third = OperandCount > 2 ? (byte)info.Operands[2] : (byte)0;
        _result = info.Results.Length > 0 ? (byte)info.Results[0] : (byte)0;
        NaturalAlignment = (byte)info.NaturalAlignment;
        LaneCount = (byte)info.LaneCount;
    }

    public InstructionClass Class { get; }

    public byte OperandCount { get; }

    public ValueType First => (ValueType)_first;

    public ValueType Second => (ValueType)_second;

    public ValueType Third => (ValueType)_third;

    /// <summary>The result, or Unknown where there is none.</summary>
    public ValueType Result => (ValueType)_result;

    public byte NaturalAlignment { get; }

    public byte LaneCount { get; }

    /// <summary>One row for each <see cref="OpcodeTable.DenseIndex"/>.</summary>
    public static InstructionRow[] RowsOf(ModuleFeatures features) =>
        features == ModuleFeatures.Default ? DefaultRows : MakeRows(features);

    private static InstructionRow[] MakeRows(ModuleFeatures features)
    {
        var rows = new InstructionRow[OpcodeTable.DenseCount];
        foreach (OpcodeInfo info in OpcodeTable.All)
        {
            if (features.Has(info.Proposal))
            {
                rows[OpcodeTable.DenseIndex(info.Opcode)] = new InstructionRow(info);
            }
        }

        return rows;
    }

    private static InstructionClass ClassOf(OpcodeInfo info) => info.Immediate switch
    {
        ImmediateKind.I32 or ImmediateKind.I64 or ImmediateKind.F32 or ImmediateKind.F64 or ImmediateKind.V128 => InstructionClass.Constant,
        ImmediateKind.MemArg => InstructionClass.MemoryAccess,
        ImmediateKind.MemArgAndLane => InstructionClass.MemoryLaneAccess,
        ImmediateKind.Lane => InstructionClass.Lane,
        ImmediateKind.Shuffle => InstructionClass.Shuffle,
        ImmediateKind.MemoryIndex or ImmediateKind.MemoryPair or ImmediateKind.DataIndex
            or ImmediateKind.DataAndMemoryIndex => InstructionClass.Memory,
        ImmediateKind.TableIndex or ImmediateKind.TablePair or ImmediateKind.ElementIndex or ImmediateKind.ElementAndTableIndex
            or ImmediateKind.HeapType => InstructionClass.Table,
        ImmediateKind.LocalIndex or ImmediateKind.GlobalIndex or ImmediateKind.ValueTypes => InstructionClass.Variable,
        _ => info.Opcode switch
        {
            Opcode.RefFunc or Opcode.RefIsNull or Opcode.RefAsNonNull => InstructionClass.Table,
            Opcode.Drop or Opcode.Select => InstructionClass.Variable,
            _ => info.IsPolymorphic || info.Immediate != ImmediateKind.None ? InstructionClass.Control : InstructionClass.Plain,
        },
    };
}
