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

        MemArg argument = _reader.ReadMemArg();
        if (argument.Alignment > row.NaturalAlignment)
        {
            throw Invalid($"alignment must not be larger than natural: 2^{argument.Alignment} where it is 2^{row.NaturalAlignment}");
        }

        CheckMemory(argument.MemoryIndex);
        Apply(in row);
    }

    private void Memory(Opcode opcode, in InstructionRow row)
    {
        switch (opcode)
        {
            case Opcode.MemoryInit or Opcode.DataDrop:
                uint segment = _reader.ReadU32();
                if (opcode == Opcode.MemoryInit)
                {
                    CheckMemory(ReadMemoryIndex());
                }

                CheckData(segment);
                break;
            case Opcode.MemoryCopy:
                CheckMemory(ReadMemoryIndex());
                CheckMemory(ReadMemoryIndex());
                break;
            default:
                CheckMemory(ReadMemoryIndex());
                break;
        }

        Apply(in row);
    }

    private uint ReadMemoryIndex()
    {
        if (_module.Features.Has(Proposals.MultiMemory))
        {
            return _reader.ReadU32();
        }

        byte value = _reader.ReadByte();
        return value == 0 ? 0u : throw Malformed($"zero byte expected, 0x{value:x2} found");
    }

    private readonly void CheckMemory(uint index)
    {
        if (index >= (uint)_module.MemoryTypes.Length)
        {
            throw Invalid($"unknown memory {index}");
        }
    }

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
