namespace QuicWasm.Modules;

// Memory instructions, and lanes of vectors (spec: valid/instructions, sections 3.3.4 and 3.3.7).
internal ref partial struct BodyValidator
{
    private void MemoryAccess(in InstructionRow row)
    {
        if ((_reader.PeekByte() & CodeReader.MemoryIndexFlag) != 0 && !_module.Features.Has(Proposals.MultiMemory))
        {
            throw new ModuleException(
                ModuleError.Unsupported, InstructionOffset, "the proposal MultiMemory is not supported (memory index in an alignment)");
        }

        MemArg argument = _reader.ReadMemArg(_module.Features.Has(Proposals.Memory64));
        if (argument.Alignment > row.NaturalAlignment)
        {
            throw Invalid($"alignment must not be larger than natural: 2^{argument.Alignment} where it is 2^{row.NaturalAlignment}");
        }

        Limits limits = LimitsOf(argument.MemoryIndex);
        if (limits.Is64)
        {
            AccessWide(in row);
            return;
        }

        if (argument.Offset > uint.MaxValue)
        {
            throw Invalid($"offset out of range: {argument.Offset} in a memory of 32-bit addresses");
        }

        Apply(in row);
    }

    // The address is the first operand, the value of a store or the vector of a lane the second.
    private void AccessWide(in InstructionRow row)
    {
        if (row.OperandCount > 1)
        {
            Pop(row.Second);
        }

        Pop(ValueType.I64);
        if (row.Result != ValueType.Unknown)
        {
            Push(row.Result);
        }
    }

    private void Memory(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.MemoryInit:
                uint segment = _reader.ReadU32();
                ValueType start = ReadMemory().AddressType;
                CheckData(segment);
                PopRange(start, ValueType.I32, ValueType.I32);
                break;
            case Opcode.DataDrop:
                CheckData(_reader.ReadU32());
                break;
            case Opcode.MemoryCopy:
                ValueType destination = ReadMemory().AddressType;
                PopCopy(destination, ReadMemory().AddressType);
                break;
            case Opcode.MemoryFill:
                ValueType filled = ReadMemory().AddressType;
                PopRange(filled, ValueType.I32, filled);
                break;
            default:
                ValueType size = ReadMemory().AddressType;
                if (opcode == Opcode.MemoryGrow)
                {
                    Pop(size);
                }

                Push(size);
                break;
        }
    }

    /// <summary>Pops what a bulk operation takes: where, what, and how much.</summary>
    private void PopRange(ValueType start, ValueType source, ValueType length)
    {
        Pop(length);
        Pop(source);
        Pop(start);
    }

    /// <summary>Pops what a copy takes; its length has 64 bits only where both addresses have.</summary>
    private void PopCopy(ValueType destination, ValueType source) =>
        PopRange(destination, source, destination == source ? source : ValueType.I32);

    private Limits ReadMemory() => LimitsOf(ReadMemoryIndex());

    private uint ReadMemoryIndex()
    {
        if (_module.Features.Has(Proposals.MultiMemory))
        {
            return _reader.ReadU32();
        }

        byte value = _reader.ReadByte();
        return value == 0 ? 0u : throw Malformed($"zero byte expected, 0x{value:x2} found");
    }

    private readonly Limits LimitsOf(uint memory) =>
        memory < (uint)_module.MemoryTypes.Length ? _module.MemoryTypes[(int)memory].Limits : throw Invalid($"unknown memory {memory}");

    private readonly void CheckData(uint segment)
    {
        if (segment >= (uint)_declarations.Datas.Length)
        {
            throw Invalid($"unknown data segment {segment}");
        }

        if (_declarations.DataCount is null)
        {
            throw Malformed("data count section required");
        }
    }

    private void CheckLane(int laneCount)
    {
        byte lane = _reader.ReadByte();
        if (lane >= laneCount)
        {
            throw Invalid($"invalid lane index {lane}; there are {laneCount} lanes");
        }
    }

    private void Shuffle(in InstructionRow row)
    {
        for (int i = 0; i < 16; i++)
        {
            CheckLane(row.LaneCount);
        }

        Apply(in row);
    }
}
