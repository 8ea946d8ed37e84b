using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

// Operations on whole memories and on tables: calls of C# methods that take the block, the operands, and then what the instruction names.
internal sealed partial class FunctionCompiler
{
    private void Bulk(Opcode opcode, ref CodeReader reader)
    {
        int first = (int)reader.ReadU32();
        switch (opcode)
        {
            case Opcode.MemorySize:
                PushMemorySize(first);
                break;
            case Opcode.MemoryGrow:
                Invoke(nameof(Bridge.MemoryGrow), 1, AddressTypeOf(_module.MemoryTypes[first].Limits), first);
                break;
            case Opcode.MemoryFill:
                Invoke(nameof(Bridge.MemoryFill), 3, null, first);
                break;
            case Opcode.MemoryCopy:
                Invoke(nameof(Bridge.MemoryCopy), 3, null, first, (int)reader.ReadU32());
                break;
            case Opcode.MemoryInit:
                Invoke(nameof(Bridge.MemoryInit), 3, null, first, (int)reader.ReadU32());
                break;
            case Opcode.DataDrop:
                Invoke(nameof(Bridge.DataDrop), 0, null, first);
                break;
            case Opcode.TableGet:
                Invoke(nameof(Bridge.TableGet), 1, _module.TableTypes[first].ElementType, first);
                break;
            case Opcode.TableSet:
                Invoke(nameof(Bridge.TableSet), 2, null, first);
                break;
            case Opcode.TableSize:
                Invoke(nameof(Bridge.TableSize), 0, AddressTypeOf(_module.TableTypes[first].Limits), first);
                break;
            case Opcode.TableGrow:
                Invoke(nameof(Bridge.TableGrow), 2, AddressTypeOf(_module.TableTypes[first].Limits), first);
                break;
            case Opcode.TableFill:
                Invoke(nameof(Bridge.TableFill), 3, null, first);
                break;
            case Opcode.TableCopy:
                Invoke(nameof(Bridge.TableCopy), 3, null, first, (int)reader.ReadU32());
                break;
            case Opcode.TableInit:
                Invoke(nameof(Bridge.TableInit), 3, null, first, (int)reader.ReadU32());
                break;
            case Opcode.ElemDrop:
                Invoke(nameof(Bridge.ElemDrop), 0, null, first);
                break;
            default:
                throw new ModuleException(ModuleError.Unsupported, reader.Offset, $"the compiler does not know {OpcodeTable.Get(opcode).Name}");
        }
    }

    private static ValueType AddressTypeOf(Limits limits) => limits.Is64 ? ValueType.I64 : ValueType.I32;

    // Addresses, indices and lengths go to C# as 64-bit numbers, whatever the memory's or table's are.
    private void EmitAddress(Node value)
    {
        Emit(value);
        if (value.Type == ValueType.I32)
        {
            _il.Emit(OpCodes.Conv_U8);
        }
    }

    private void Invoke(string method, int operands, ValueType? result, params ReadOnlySpan<int> immediates)
    {
        Node[] values = Pop(operands);
        SettleAll();
        MethodInfo callee = Method(typeof(Bridge), method);
        ParameterInfo[] parameters = callee.GetParameters();
        _il.Emit(OpCodes.Ldarg_0);
        for (int i = 0; i < values.Length; i++)
        {
            if (parameters[i + 1].ParameterType == typeof(ulong))
            {
                EmitAddress(values[i]);
            }
            else
            {
                EmitCanonical(values[i]);
            }
        }

        foreach (int immediate in immediates)
        {
            _il.Emit(OpCodes.Ldc_I4, immediate);
        }

        _il.Emit(OpCodes.Call, callee);
        if (result is { } type)
        {
            if (type == ValueType.I32)
            {
                _il.Emit(OpCodes.Conv_I4);
            }

            LocalBuilder local = TakeLocal(ClrTypes.Of(type));
            _il.Emit(OpCodes.Stloc, local);
            _stack.Add(Node.Temp(local, type, isOwner: true));
        }
    }

    private void PushMemorySize(int memory)
    {
        ValueType type = AddressTypeOf(_module.MemoryTypes[memory].Limits);
        LocalBuilder local = TakeLocal(ClrTypes.Of(type));
        EmitLengthOf(memory);
        _il.Emit(OpCodes.Ldc_I4, 16);
        _il.Emit(OpCodes.Shr_Un);
        if (type == ValueType.I32)
        {
            _il.Emit(OpCodes.Conv_I4);
        }

        _il.Emit(OpCodes.Stloc, local);
        _stack.Add(Node.Temp(local, type, isOwner: true));
    }
}
