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
                Invoke(nameof(Bridge.MemoryGrow), 1, ValueType.I32, first);
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
                Invoke(nameof(Bridge.TableSize), 0, ValueType.I32, first);
                break;
            case Opcode.TableGrow:
                Invoke(nameof(Bridge.TableGrow), 2, ValueType.I32, first);
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

    private void Invoke(string method, int operands, ValueType? result, params ReadOnlySpan<int> immediates)
    {
        Node[] values = Pop(operands);
        SettleAll();
        _il.Emit(OpCodes.Ldarg_0);
        foreach (Node value in values)
        {
            EmitCanonical(value);
        }

        foreach (int immediate in immediates)
        {
            _il.Emit(OpCodes.Ldc_I4, immediate);
        }

        _il.Emit(OpCodes.Call, Method(typeof(Bridge), method));
        if (result is { } type)
        {
            LocalBuilder local = TakeLocal(ClrTypes.Of(type));
            _il.Emit(OpCodes.Stloc, local);
            _stack.Add(Node.Temp(local, type, isOwner: true));
        }
    }

    private void PushMemorySize(int memory)
    {
        LocalBuilder local = TakeLocal(typeof(int));
        if (memory == 0)
        {
            LoadMemoryLength();
        }
        else
        {
            LoadLengthOf(memory);
        }

        _il.Emit(OpCodes.Ldc_I4, 16);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Stloc, local);
        _stack.Add(Node.Temp(local, ValueType.I32, isOwner: true));
    }
}
