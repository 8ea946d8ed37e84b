using System.Collections;

namespace QuicWasm.Modules;

/// <summary>
/// Validates globals, segments, exports and the start function, and collects the functions that these name in
/// <paramref name="references"/>.
/// </summary>
internal sealed class DeclarationValidator(
    Module module, ModuleFeatures features, IndexSpaces spaces, TypeSpace types, BitArray references)
{
    private readonly Stack<ValueType> _operands = new();

    // Globals that a constant expression sees: in 2.0 the imported ones, in 3.0 those before it, too.
    private int _visibleGlobalCount = spaces.Globals.Length - module.Globals.Length;

    /// <summary>Checks what the elements of tables are at first. It sees the imported globals only.</summary>
    public void CheckTables()
    {
        foreach (TableDeclaration table in module.Tables)
        {
            if (table.Initializer is { } initializer)
            {
                Require(features.Has(Proposals.FunctionReferences), initializer.Offset, "the proposal FunctionReferences is not enabled (initial elements of a table)");
                CheckExpression(initializer, table.Type.ElementType);
            }
            else if (table.Type.ElementType.IsNonNull())
            {
                throw Invalid(0, $"type mismatch: a table of {table.Type.ElementType.Text()} needs initial elements");
            }
        }
    }

    public void CheckGlobals()
    {
        foreach (GlobalDeclaration global in module.Globals)
        {
            CheckExpression(global.Initializer, global.Type.ValueType);
            _visibleGlobalCount += features.Has(Proposals.ExtendedConst) ? 1 : 0;
        }
    }

    public void CheckElements()
    {
        foreach (ElementSegment segment in module.Elements)
        {
            types.Check(segment.ElementType, 0);
            if (segment.Offset is { } offset)
            {
                if ((uint)segment.TableIndex >= (uint)spaces.Tables.Length)
                {
                    throw Invalid(offset.Offset, $"unknown table {(uint)segment.TableIndex}");
                }

                CheckExpression(offset, spaces.Tables[segment.TableIndex].Limits.AddressType);
                ValueType element = spaces.Tables[segment.TableIndex].ElementType;
                if (!types.Matches(segment.ElementType, element))
                {
                    throw Invalid(
                        offset.Offset, $"type mismatch: elements of {segment.ElementType.Text()} for a table of {element.Text()}");
                }
            }

            foreach (ConstantExpression item in segment.Items)
            {
                CheckExpression(item, segment.ElementType);
            }
        }
    }

    public void CheckDatas()
    {
        foreach (DataSegment segment in module.Datas)
        {
            if (segment.Offset is { } offset)
            {
                if ((uint)segment.MemoryIndex >= (uint)spaces.Memories.Length)
                {
                    throw Invalid(offset.Offset, $"unknown memory {(uint)segment.MemoryIndex}");
                }

                CheckExpression(offset, spaces.Memories[segment.MemoryIndex].Limits.AddressType);
            }
        }
    }

    public void CheckExports()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ExportDeclaration export in module.Exports)
        {
            (int count, string what) = export.Kind switch
            {
                ExternalKind.Function => (spaces.Functions.Length, "function"),
                ExternalKind.Table => (spaces.Tables.Length, "table"),
                ExternalKind.Memory => (spaces.Memories.Length, "memory"),
                ExternalKind.Tag => (spaces.TagTypeIndices.Length, "tag"),
                _ => (spaces.Globals.Length, "global"),
            };
            if ((uint)export.Index >= (uint)count)
            {
                throw Invalid(0, $"unknown {what} {(uint)export.Index} in export \"{export.Name}\"");
            }

            if (!names.Add(export.Name))
            {
                throw Invalid(0, $"duplicate export name \"{export.Name}\"");
            }

            if (export.Kind == ExternalKind.Function)
            {
                references[export.Index] = true;
            }
        }
    }

    public void CheckStart()
    {
        if (module.StartFunction is not { } start)
        {
            return;
        }

        if ((uint)start >= (uint)spaces.Functions.Length)
        {
            throw Invalid(0, $"unknown function {(uint)start} as start function");
        }

        FunctionType type = spaces.Functions[start];
        if (type.Parameters.Length + type.Results.Length > 0)
        {
            throw Invalid(0, $"start function: its type must be [] -> [], not {type}");
        }
    }

    private void CheckExpression(ConstantExpression expression, ValueType expected)
    {
        if (expression.Instructions.Length == 1 && OpcodeTable.Get(expression.Instructions[0].Opcode).Operands.IsEmpty)
        {
            // Nearly all expressions, of which there may be millions.
            Require(TypeOf(expression, expression.Instructions[0]), expected, expression);
            return;
        }

        _operands.Clear();
        foreach (ConstantInstruction instruction in expression.Instructions)
        {
            foreach (ValueType operand in OpcodeTable.Get(instruction.Opcode).Operands)
            {
                Require(_operands.TryPop(out ValueType found) ? found : ValueType.Unknown, operand, expression);
            }

            _operands.Push(TypeOf(expression, instruction));
        }

        Require(_operands.TryPop(out ValueType result) ? result : ValueType.Unknown, expected, expression);
        if (_operands.Count > 0)
        {
            throw Invalid(expression.Offset, $"type mismatch: {_operands.Count} values too many in a constant expression");
        }
    }

    private ValueType TypeOf(ConstantExpression expression, ConstantInstruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.RefNull:
                types.Check((ValueType)instruction.Low, expression.Offset);
                return (ValueType)instruction.Low;
            case Opcode.RefFunc:
                if (instruction.Low >= (uint)spaces.Functions.Length)
                {
                    throw Invalid(expression.Offset, $"unknown function {instruction.Low}");
                }

                references[(int)instruction.Low] = true;
                return TypeOfFunction((int)instruction.Low);
            case Opcode.GlobalGet:
                return TypeOfGlobal(expression, instruction.Low);
            default:
                OpcodeInfo row = OpcodeTable.Get(instruction.Opcode);
                return features.Has(row.Proposal)
                    ? row.Results[0]
                    : throw new ModuleException(
                        ModuleError.Unsupported, expression.Offset, $"the proposal {row.Proposal} is not enabled ({row.Name})");
        }
    }

    private ValueType TypeOfFunction(int function) => features.Has(Proposals.FunctionReferences)
        ? ValueTypeFacts.ReferenceTo(spaces.FunctionTypeIndices[function]).NonNull()
        : ValueType.FuncRef;

    private ValueType TypeOfGlobal(ConstantExpression expression, ulong index)
    {
        if (index >= (uint)_visibleGlobalCount)
        {
            throw Invalid(expression.Offset, $"unknown global {index}");
        }

        GlobalType global = spaces.Globals[(int)index];
        return global.IsMutable
            ? throw Invalid(expression.Offset, $"constant expression required: global {index} is mutable")
            : global.ValueType;
    }

    private static void Require(bool isEnabled, long offset, string detail)
    {
        if (!isEnabled)
        {
            throw new ModuleException(ModuleError.Unsupported, offset, detail);
        }
    }

    private void Require(ValueType found, ValueType expected, ConstantExpression expression)
    {
        if (!types.Matches(found, expected))
        {
            string text = found == ValueType.Unknown ? "nothing" : found.Text();
            throw Invalid(expression.Offset, $"type mismatch: {expected.Text()} expected, {text} found");
        }
    }

    private static ModuleException Invalid(long offset, string detail) => new(ModuleError.Invalid, offset, detail);
}
