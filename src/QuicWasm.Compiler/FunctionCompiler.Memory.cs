using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Loads and stores. The base of memory 0 never moves: it stands in a local of IL, beside the address of its cell. Its length only grows, and only in
// calls: where there are none (in a loop, or the whole function) it stands in a local, too; elsewhere the cell is compared with.
internal sealed partial class FunctionCompiler
{
    private readonly LocalBuilder _memory;
    private readonly LocalBuilder _memoryLength;
    private readonly LocalBuilder _cell;
    private readonly bool _isGuarded;
    private bool _isLengthKept;
    private Label? _outOfBounds;
    private Label? _unreachable;

    private void LoadMemoryRegisters()
    {
        if (_scan.UsesMemory)
        {
            LoadContext(_layout.Memory(0), OpCodes.Ldind_I);
            _il.Emit(OpCodes.Stloc, _cell);
            _il.Emit(OpCodes.Ldloc, _cell);
            _il.Emit(OpCodes.Ldind_I);
            _il.Emit(OpCodes.Stloc, _memory);
        }
    }

    private void KeepMemoryLength()
    {
        _isLengthKept = true;
        if (_scan.UsesMemory)
        {
            LoadField(_cell, 8, OpCodes.Ldind_I8);
            _il.Emit(OpCodes.Stloc, _memoryLength);
        }
    }

    private void LoadMemoryLength()
    {
        if (_isLengthKept)
        {
            _il.Emit(OpCodes.Ldloc, _memoryLength);
        }
        else
        {
            LoadField(_cell, 8, OpCodes.Ldind_I8);
        }
    }

    private void LoadLengthOf(int memory)
    {
        LoadContext(_layout.Memory(memory), OpCodes.Ldind_I);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I8);
    }

    private void Access(Opcode opcode, MemArg access, int lane)
    {
        OpcodeInfo info = OpcodeTable.Get(opcode);
        bool isLoad = info.Results.Length > 0;
        Node? value = !isLoad || lane >= 0 ? Pop() : null;
        Node address = Pop();
        Settle(static n => n.CanTrap);
        if (!isLoad)
        {
            SettleMemory();
        }

        if (address.CanTrap)
        {
            SettleTraps();
        }

        if (value is { CanTrap: true } || (value is { CanFault: true } && !isLoad))
        {
            address = address.IsUnsafe ? Spilled(address) : address;
            value = Spilled(value);
        }

        address = IsGuarded(address, access) ? address : Checked(address, access, info.WidthBytes);
        if (isLoad)
        {
            PushLoad(opcode, access, address, value, lane);
        }
        else
        {
            EmitStore(opcode, access, address, value!, lane);
        }
    }

    // SAFETY: 32-bit address and offset, and the access itself, are inside of the reservation of a guarded memory, where they trap if need be.
    // A constant address could be folded with the base, of which the JIT knows that it is not null: it is compared.
    private bool IsGuarded(Node address, MemArg access) =>
        _isGuarded && access.MemoryIndex == 0 && address.Kind != NodeKind.Constant && access.Offset <= uint.MaxValue;

    /// <summary>Makes sure that the bytes are inside the memory; gives the address as a value that may be pushed again.</summary>
    // SAFETY: end = offset + width. Of a 32-bit address, address + end cannot overflow 64 bits, and the access follows only where it is <= length; of a
    // 64-bit one see CheckedWide. Or an earlier check of the same, unchanged address had at least this end, or the declared minimum covers it.
    private Node Checked(Node address, MemArg access, int widthBytes)
    {
        ulong end = access.Offset + (ulong)widthBytes;
        int memory = (int)access.MemoryIndex;
        if (end >= access.Offset && IsKnown(address, memory, end))
        {
            return address;
        }

        _outOfBounds ??= _il.DefineLabel();
        Node located = address.Type == ValueType.I64 ? CheckedWide(address, memory, end, access.Offset) : CheckedNarrow(address, memory, end);
        if (address.Kind == NodeKind.Local && memory == 0 && end >= access.Offset)
        {
            _checked = _checked.With(address.Index, end);
        }

        return located;
    }

    private bool IsKnown(Node address, int memory, ulong end) =>
        (address.Kind == NodeKind.Constant && IsInMinimum(memory, address.Bits, end))
        || (address.Kind == NodeKind.Local && memory == 0 && _checked.Covers(address.Index, end));

    private Node CheckedNarrow(Node address, int memory, ulong end)
    {
        Emit(address);
        _il.Emit(OpCodes.Conv_U8);
        LocalBuilder wide = TakeLocal(typeof(ulong));
        _il.Emit(OpCodes.Stloc, wide);
        _il.Emit(OpCodes.Ldloc, wide);
        _il.Emit(OpCodes.Ldc_I8, (long)end);
        _il.Emit(OpCodes.Add);
        EmitLengthOf(memory);
        _il.Emit(OpCodes.Bgt_Un, _outOfBounds!.Value);
        return Node.Temp(wide, ValueType.I64, isOwner: true);
    }

    // SAFETY: end <= length, where the minimum does not say so, and address <= length - end: nothing overflows. An offset whose end does is outside of
    // every memory.
    private Node CheckedWide(Node address, int memory, ulong end, ulong offset)
    {
        Node plain = address.IsPlain ? address : Spilled(address);
        if (end < offset)
        {
            _il.Emit(OpCodes.Ldc_I4_1);
            _il.Emit(OpCodes.Brtrue, _outOfBounds!.Value);
            return plain;
        }

        if (!IsInMinimum(memory, 0, end))
        {
            EmitLengthOf(memory);
            _il.Emit(OpCodes.Ldc_I8, (long)end);
            _il.Emit(OpCodes.Blt_Un, _outOfBounds!.Value);
        }

        EmitAgain(plain);
        EmitLengthOf(memory);
        _il.Emit(OpCodes.Ldc_I8, (long)end);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Bgt_Un, _outOfBounds!.Value);
        return plain;
    }

    private void EmitLengthOf(int memory)
    {
        if (memory == 0)
        {
            LoadMemoryLength();
        }
        else
        {
            LoadLengthOf(memory);
        }
    }

    // A 64-bit memory may be declared larger than any can be.
    private bool IsInMinimum(int memory, ulong address, ulong end)
    {
        ulong pages = _module.MemoryTypes[memory].Limits.Minimum;
        return pages < 1UL << 40 && end <= pages * MemoryInstance.PageBytes && address <= (pages * MemoryInstance.PageBytes) - end;
    }

    private void EmitPointer(Node address, ulong offset, int memory)
    {
        if (memory == 0)
        {
            _il.Emit(OpCodes.Ldloc, _memory);
        }
        else
        {
            LoadContext(_layout.Memory(memory), OpCodes.Ldind_I);
            _il.Emit(OpCodes.Ldind_I);
        }

        Emit(address);
        _il.Emit(address.Clr == typeof(ulong) ? OpCodes.Conv_I : OpCodes.Conv_U);
        _il.Emit(OpCodes.Add);
        if (offset != 0)
        {
            _il.Emit(OpCodes.Ldc_I8, (long)offset);
            _il.Emit(OpCodes.Conv_I);
            _il.Emit(OpCodes.Add);
        }
    }

    private void PushLoad(Opcode opcode, MemArg access, Node address, Node? vector, int lane)
    {
        ValueType type = OpcodeTable.Get(opcode).Results[0];
        MethodInfo semantics = OpcodeSemantics.Find(opcode)!;
        Push(new Node
        {
            Kind = NodeKind.Load,
            Type = type,
            Clr = ClrTypes.IsVector(semantics.ReturnType) ? semantics.ReturnType : ClrTypes.Of(type),
            Opcode = opcode,
            Operands = vector is null ? [address] : [address, vector],
            Bits = access.Offset,
            Memory = (int)access.MemoryIndex,
            Index = lane,
            CanFault = IsGuarded(address, access) || address.CanFault || vector is { CanFault: true },
            CanTrap = address.CanTrap || vector is { CanTrap: true },
            ReadsMemory = true,
            ReadsGlobal = address.ReadsGlobal || vector is { ReadsGlobal: true },
            Locals = address.Locals | (vector?.Locals ?? 0),
            Size = 1 + address.Size + (vector?.Size ?? 0),
        });
    }

    private void EmitLoad(Node node)
    {
        EmitPointer(node.Operands[0], node.Bits, node.Memory);
        if (LoadCode(node.Opcode) is { } load)
        {
            _il.Emit(OpCodes.Unaligned, (byte)1);
            _il.Emit(load);
            if (node.Type == ValueType.I64 && load != OpCodes.Ldind_I8)
            {
                _il.Emit(load == OpCodes.Ldind_U1 || load == OpCodes.Ldind_U2 || load == OpCodes.Ldind_U4 ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
            }

            return;
        }

        MethodInfo semantics = OpcodeSemantics.Find(node.Opcode)!;
        if (node.Operands.Length > 1)
        {
            Emit(node.Operands[1]);
            ClrTypes.Convert(_il, node.Operands[1].Clr, semantics.GetParameters()[1].ParameterType);
            _il.Emit(OpCodes.Ldc_I4, node.Index);
        }

        _il.Emit(OpCodes.Call, semantics);
        ClrTypes.Convert(_il, semantics.ReturnType, node.Clr);
    }

    private void EmitStore(Opcode opcode, MemArg access, Node address, Node value, int lane)
    {
        EmitPointer(address, access.Offset, (int)access.MemoryIndex);
        EmitCanonical(value);
        if (StoreCode(opcode) is { } store)
        {
            if (value.Type == ValueType.I64 && store != OpCodes.Stind_I8)
            {
                _il.Emit(OpCodes.Conv_I4);
            }

            _il.Emit(OpCodes.Unaligned, (byte)1);
            _il.Emit(store);
            return;
        }

        MethodInfo semantics = OpcodeSemantics.Find(opcode)!;
        ClrTypes.Convert(_il, value.Clr, semantics.GetParameters()[1].ParameterType);
        if (lane >= 0)
        {
            _il.Emit(OpCodes.Ldc_I4, lane);
        }

        _il.Emit(OpCodes.Call, semantics);
    }

    private void EmitTraps()
    {
        EmitTrap(_outOfBounds, nameof(Bridge.OutOfBounds));
        EmitTrap(_unreachable, nameof(Bridge.Unreachable));
        EmitTrap(_nullReference, nameof(Bridge.NullReference));
    }

    // A throw, not a call that never returns: the JIT keeps no values across it.
    private void EmitTrap(Label? label, string maker)
    {
        if (label is { } used)
        {
            _il.MarkLabel(used);
            _il.Emit(OpCodes.Call, Method(typeof(Bridge), maker));
            _il.Emit(OpCodes.Throw);
        }
    }

    private static OpCode? LoadCode(Opcode opcode) => opcode switch
    {
        Opcode.I32Load => OpCodes.Ldind_I4,
        Opcode.I64Load => OpCodes.Ldind_I8,
        Opcode.F32Load => OpCodes.Ldind_R4,
        Opcode.F64Load => OpCodes.Ldind_R8,
        Opcode.I32Load8S or Opcode.I64Load8S => OpCodes.Ldind_I1,
        Opcode.I32Load8U or Opcode.I64Load8U => OpCodes.Ldind_U1,
        Opcode.I32Load16S or Opcode.I64Load16S => OpCodes.Ldind_I2,
        Opcode.I32Load16U or Opcode.I64Load16U => OpCodes.Ldind_U2,
        Opcode.I64Load32S => OpCodes.Ldind_I4,
        Opcode.I64Load32U => OpCodes.Ldind_U4,
        _ => null,
    };

    private static OpCode? StoreCode(Opcode opcode) => opcode switch
    {
        Opcode.I32Store or Opcode.I64Store32 => OpCodes.Stind_I4,
        Opcode.I64Store => OpCodes.Stind_I8,
        Opcode.F32Store => OpCodes.Stind_R4,
        Opcode.F64Store => OpCodes.Stind_R8,
        Opcode.I32Store8 or Opcode.I64Store8 => OpCodes.Stind_I1,
        Opcode.I32Store16 or Opcode.I64Store16 => OpCodes.Stind_I2,
        _ => null,
    };
}
