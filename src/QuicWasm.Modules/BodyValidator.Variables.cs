namespace QuicWasm.Modules;

// Locals, globals, drop, select, tables and references (spec: valid/instructions, sections 3.3.2, 3.3.3, 3.3.5 and 3.3.6).
internal ref partial struct BodyValidator
{
    private void Variable(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.LocalGet:
                Push(ReadLocal(out int read));
                if (_unset is not null && _unset.Contains(read))
                {
                    throw Invalid($"uninitialized local {read}");
                }

                break;
            case Opcode.LocalSet:
                Pop(ReadLocal(out int written));
                _unset?.Remove(written);
                break;
            case Opcode.LocalTee:
                ValueType local = ReadLocal(out int changed);
                Pop(local);
                Push(local);
                _unset?.Remove(changed);
                break;
            case Opcode.GlobalGet:
                Push(ReadGlobal().ValueType);
                break;
            case Opcode.GlobalSet:
                GlobalType global = ReadGlobal();
                Pop(global.IsMutable ? global.ValueType : throw Invalid("global is immutable"));
                break;
            case Opcode.Drop:
                _ = PopAny();
                break;
            default:
                Select(opcode);
                break;
        }
    }

    private ValueType ReadLocal(out int local)
    {
        uint index = _reader.ReadU32();
        local = (int)index;
        return index < (uint)_locals.Length ? _locals[(int)index] : throw Invalid($"unknown local {index}");
    }

    private void CheckLocals()
    {
        ValueType known = ValueType.Unknown;
        for (int i = _type.Parameters.Length; i < _locals.Length; i++)
        {
            ValueType type = _locals[i];
            if (type != known)
            {
                _module.Types.Check(type, _reader.Offset);
                known = type;
            }

            if (type.IsNonNull())
            {
                (_unset ??= new UnsetLocals(_locals.Length)).Add(i);
            }
        }
    }

    private GlobalType ReadGlobal()
    {
        uint index = _reader.ReadU32();
        return index < (uint)_module.GlobalTypes.Length ? _module.GlobalTypes[(int)index] : throw Invalid($"unknown global {index}");
    }

    private void Select(Opcode opcode)
    {
        if (opcode == Opcode.SelectTyped)
        {
            uint count = _reader.ReadU32();
            if (count != 1)
            {
                throw Invalid($"invalid result arity: {count}");
            }

            ValueType type = _reader.ReadValueType();
            _module.Types.Check(type, InstructionOffset);
            Pop(ValueType.I32);
            Pop(type);
            Pop(type);
            Push(type);
            return;
        }

        Pop(ValueType.I32);
        ValueType second = PopAny();
        ValueType first = PopAny();
        if (first.IsReference() || second.IsReference())
        {
            throw Invalid("type mismatch: select without a type cannot take references");
        }

        if (first != second && first != ValueType.Unknown && second != ValueType.Unknown)
        {
            throw Mismatch(first, second);
        }

        Push(first == ValueType.Unknown ? second : first);
    }

    private void Table(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.RefNull:
                ValueType nullType = _reader.ReadHeapType();
                _module.Types.Check(nullType, InstructionOffset);
                Push(nullType);
                break;
            case Opcode.RefIsNull:
                PopReference();
                Push(ValueType.I32);
                break;
            case Opcode.RefFunc:
                Push(ReadReference());
                break;
            case Opcode.RefAsNonNull:
                Push(PopReference().NonNull());
                break;
            case Opcode.TableInit or Opcode.ElemDrop or Opcode.TableCopy:
                Segment(opcode);
                break;
            default:
                TableAccess(opcode);
                break;
        }
    }

    private void TableAccess(Opcode opcode)
    {
        TableType table = ReadTable();
        ValueType element = table.ElementType;
        ValueType address = table.Limits.AddressType;
        switch (opcode)
        {
            case Opcode.TableGet:
                Pop(address);
                Push(element);
                break;
            case Opcode.TableSet:
                Pop(element);
                Pop(address);
                break;
            case Opcode.TableSize:
                Push(address);
                break;
            case Opcode.TableGrow:
                Pop(address);
                Pop(element);
                Push(address);
                break;
            default:
                PopRange(address, element, address);
                break;
        }
    }

    private void Segment(Opcode opcode)
    {
        if (opcode == Opcode.TableCopy)
        {
            TableType destination = ReadTable();
            TableType source = ReadTable();
            CheckElements(destination.ElementType, source.ElementType);
            PopCopy(destination.Limits.AddressType, source.Limits.AddressType);
            return;
        }

        uint segment = _reader.ReadU32();
        TableType table = opcode == Opcode.TableInit ? ReadTable() : default;
        if (segment >= (uint)_declarations.Elements.Length)
        {
            throw Invalid($"unknown elem segment {segment}");
        }

        if (opcode == Opcode.TableInit)
        {
            CheckElements(table.ElementType, _declarations.Elements[(int)segment].ElementType);
            PopRange(table.Limits.AddressType, ValueType.I32, ValueType.I32);
        }
    }

    private readonly void CheckElements(ValueType destination, ValueType source)
    {
        if (!_module.Types.Matches(source, destination))
        {
            throw Invalid($"type mismatch: elements of {source.Text()} for a table of {destination.Text()}");
        }
    }

    private TableType ReadTable()
    {
        uint index = _reader.ReadU32();
        return index < (uint)_module.TableTypes.Length ? _module.TableTypes[(int)index] : throw Invalid($"unknown table {index}");
    }

    /// <summary>Pops a reference of any type.</summary>
    private ValueType PopReference()
    {
        ValueType type = PopAny();
        return type == ValueType.Unknown ? AnyReference
            : type.IsReference() ? type
            : throw Invalid($"type mismatch: a reference expected, {type.Text()} found");
    }

    private ValueType ReadReference()
    {
        uint function = _reader.ReadU32();
        if (function >= (uint)_module.FunctionTypes.Length)
        {
            throw Invalid($"unknown function {function}");
        }

        if (!_module.IsDeclaredReference((int)function))
        {
            throw Invalid($"undeclared function reference {function}");
        }

        return _module.Features.Has(Proposals.FunctionReferences)
            ? ValueTypeFacts.ReferenceTo(_module.FunctionTypeIndices[(int)function]).NonNull()
            : ValueType.FuncRef;
    }
}
