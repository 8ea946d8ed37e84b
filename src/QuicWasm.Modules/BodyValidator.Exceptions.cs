namespace QuicWasm.Modules;

// Exceptions (spec: valid/instructions, throw, throw_ref and try_table).
internal ref partial struct BodyValidator
{
    private void Exception(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Throw:
                Pop(TagAt(_reader.ReadU32()).Parameters.AsSpan());
                SetUnreachable();
                break;
            case Opcode.ThrowRef:
                Pop(ValueType.ExnRef);
                SetUnreachable();
                break;
            default:
                BeginTry();
                break;
        }
    }

    // Labels of the clauses count from outside of the block.
    private void BeginTry()
    {
        FunctionType type = ReadBlockType();
        Pop(type.Parameters.AsSpan());
        int count = VectorReader.ReadCount(ref _reader, ModuleLimits.FunctionBytes, "catch clauses");
        for (int i = 0; i < count; i++)
        {
            CheckClause(_reader.ReadCatchClause());
        }

        PushControl(Opcode.TryTable, type);
        Push(type.Parameters.AsSpan());
    }

    private void CheckClause(CatchClause clause)
    {
        ReadOnlySpan<ValueType> values = clause.HasTag ? TagAt(clause.Tag).Parameters.AsSpan() : [];
        ReadOnlySpan<ValueType> types = LabelAt(clause.Label).LabelTypes;
        bool matches = clause.HasReference
            ? types.Length == values.Length + 1 && _module.Types.Matches(ValueType.ExnRef.NonNull(), types[^1]) && _module.Types.Matches(values, types[..^1])
            : _module.Types.Matches(values, types);
        if (!matches)
        {
            throw Invalid($"type mismatch: what a catch clause passes on is not what label {clause.Label} takes");
        }

        // The values are laid on the stack before the branch.
        int height = _height;
        Push(types);
        _height = height;
    }

    private readonly FunctionType TagAt(uint index) => index < (uint)_module.TagTypeIndices.Length
        ? _declarations.Types[_module.TagTypeIndices[(int)index]]
        : throw Invalid($"unknown tag {index}");
}
