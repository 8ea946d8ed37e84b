namespace QuicWasm.Modules;

// Instructions, their immediates, and types (spec: binary/instructions, binary/types).
public ref partial struct CodeReader
{
    /// <summary>In an alignment: an index of a memory follows it.</summary>
    internal const uint MemoryIndexFlag = 0x40;

    private const byte NullableReference = 0x63;
    private const byte NonNullReference = 0x64;

    /// <summary>
    /// Reads an opcode. It is decoded, but there may be no such instruction: ask <see cref="OpcodeTable.Find"/>.
    /// </summary>
    public Opcode ReadOpcode()
    {
        byte value = ReadByte();
        return value < 0xFB ? (Opcode)value : ReadPrefixed(value);
    }

    /// <summary>Reads the type of a block, loop or if.</summary>
    public BlockType ReadBlockType()
    {
        byte first = PeekByte();
        if (first == 0x40)
        {
            Position++;
            return BlockType.Empty;
        }

        if (first is >= 0x40 and < 0x80)
        {
            return BlockType.Of(ReadValueType());
        }

        long index = ReadS33();
        return index is >= 0 and < uint.MaxValue ? BlockType.OfTypeIndex((uint)index) : throw Malformed("malformed block type");
    }

    /// <summary>Reads the type of a value.</summary>
    public ValueType ReadValueType() =>
        PeekByte() is >= 0x7B and <= 0x7F ? (ValueType)ReadByte() : ReadReferenceType("malformed value type");

    /// <summary>Reads a reference type.</summary>
    public ValueType ReadReferenceType() => ReadReferenceType("malformed reference type");

    /// <summary>Reads a heap type: what references refer to. Gives the type of such references with null.</summary>
    public ValueType ReadHeapType() => ReadHeapType("malformed heap type");

    /// <summary>Reads alignment and offset of a load or store.</summary>
    /// <param name="isWide">Whether the offset may have 64 bits.</param>
    public MemArg ReadMemArg(bool isWide = true)
    {
        long start = Offset;
        uint alignment = ReadU32();
        if (alignment >= 2 * MemoryIndexFlag)
        {
            throw new ModuleException(ModuleError.Malformed, start, $"malformed memop flags 0x{alignment:x}");
        }

        uint memory = 0;
        if ((alignment & MemoryIndexFlag) != 0)
        {
            alignment &= ~MemoryIndexFlag;
            memory = ReadU32();
        }

        return new MemArg(alignment, isWide ? ReadU64() : ReadU32(), memory);
    }

    /// <summary>Reads one clause of a <c>try_table</c>; before the clauses stands their count.</summary>
    public CatchClause ReadCatchClause()
    {
        byte kind = PeekByte();
        if (kind > (byte)CatchKind.CatchAllRef)
        {
            throw Malformed($"malformed catch clause 0x{kind:x2}");
        }

        Position++;
        uint tag = (CatchKind)kind is CatchKind.Catch or CatchKind.CatchRef ? ReadU32() : 0;
        return new CatchClause((CatchKind)kind, tag, ReadU32());
    }

    /// <summary>Passes over the immediates of an instruction.</summary>
    public void SkipImmediate(ImmediateKind immediate)
    {
        switch (immediate)
        {
            case ImmediateKind.None:
                break;
            case ImmediateKind.BlockType:
                _ = ReadBlockType();
                break;
            case ImmediateKind.I32:
                _ = ReadS32();
                break;
            case ImmediateKind.I64:
                _ = ReadS64();
                break;
            case ImmediateKind.F32:
                Skip(4);
                break;
            case ImmediateKind.F64:
                Skip(8);
                break;
            case ImmediateKind.V128 or ImmediateKind.Shuffle:
                Skip(16);
                break;
            case ImmediateKind.Lane:
                Skip(1);
                break;
            case ImmediateKind.MemArg:
                _ = ReadMemArg();
                break;
            case ImmediateKind.MemArgAndLane:
                _ = ReadMemArg();
                Skip(1);
                break;
            case ImmediateKind.HeapType:
                _ = ReadHeapType();
                break;
            default:
                SkipIndices(immediate);
                break;
        }
    }

    private void SkipIndices(ImmediateKind immediate)
    {
        switch (immediate)
        {
            case ImmediateKind.BranchTable:
                for (uint labels = ReadU32(); labels > 0; labels--)
                {
                    _ = ReadU32();
                }

                _ = ReadU32();
                break;
            case ImmediateKind.ValueTypes:
                for (uint types = ReadU32(); types > 0; types--)
                {
                    _ = ReadValueType();
                }

                break;
            case ImmediateKind.TryTable:
                _ = ReadBlockType();
                for (uint clauses = ReadU32(); clauses > 0; clauses--)
                {
                    _ = ReadCatchClause();
                }

                break;
            case ImmediateKind.TypeAndTableIndex or ImmediateKind.TablePair or ImmediateKind.MemoryPair
                or ImmediateKind.DataAndMemoryIndex or ImmediateKind.ElementAndTableIndex:
                _ = ReadU32();
                _ = ReadU32();
                break;
            default:
                _ = ReadU32();
                break;
        }
    }

    private Opcode ReadPrefixed(byte prefix)
    {
        if (prefix == 0xFF)
        {
            // The enum uses this byte for the second half of prefix 0xFD; in a binary it is no instruction.
            Position--;
            throw Malformed("illegal opcode ff");
        }

        uint number = ReadU32();
        if (number < 0x100)
        {
            return (Opcode)((prefix << 8) | (int)number);
        }

        return prefix == 0xFD && number < 0x200
            ? (Opcode)(0xFF00 | (int)(number & 0xFF))
            : throw Malformed($"illegal opcode {prefix:x2} {number:x}");
    }

    private ValueType ReadReferenceType(string detail)
    {
        switch (PeekByte())
        {
            case NullableReference:
                Position++;
                return ReadHeapType("malformed heap type");
            case NonNullReference:
                Position++;
                return ReadHeapType("malformed heap type").NonNull();
            case >= 0x40 and < 0x80:
                return ReadHeapType(detail);
            default:
                throw Malformed($"{detail} 0x{PeekByte():x2}");
        }
    }

    private ValueType ReadHeapType(string detail)
    {
        byte first = PeekByte();
        if (first is (byte)ValueType.FuncRef or (byte)ValueType.ExternRef or (byte)ValueType.ExnRef)
        {
            Position++;
            return (ValueType)first;
        }

        if (first is >= 0x40 and < 0x80)
        {
            throw first is >= 0x6A and <= 0x74
                ? Error(ModuleError.Unsupported, $"the proposal GarbageCollection is not supported (type 0x{first:x2})")
                : Malformed($"{detail} 0x{first:x2}");
        }

        long offset = Offset;
        return ReadS33() switch
        {
            < 0 => throw new ModuleException(ModuleError.Malformed, offset, detail),
            < ModuleLimits.Types and long index => ValueTypeFacts.ReferenceTo((int)index),
            long index => throw new ModuleException(ModuleError.Invalid, offset, $"unknown type {index}"),
        };
    }
}
