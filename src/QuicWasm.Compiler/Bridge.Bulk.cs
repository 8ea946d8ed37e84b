using System.Runtime.CompilerServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Operations on whole memories and on tables. Operands are as compiled code has them: 32-bit integers, and references as 64-bit ones.
// SAFETY: every range is checked against the length of its memory, in 64 bits without overflow.
internal static unsafe partial class Bridge
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int MemoryGrow(nint context, int pages, int memory) => (int)InstanceOf(context).Memories[memory].Grow((uint)pages);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryFill(nint context, int start, int value, int length, int memory)
    {
        MemoryCell* cell = Cell(context, memory);
        Check(cell, (uint)start, (uint)length);
        Unsafe.InitBlockUnaligned(cell->Base + (uint)start, (byte)value, (uint)length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryCopy(nint context, int destination, int source, int length, int destinationMemory, int sourceMemory)
    {
        MemoryCell* to = Cell(context, destinationMemory);
        MemoryCell* from = Cell(context, sourceMemory);
        Check(from, (uint)source, (uint)length);
        Check(to, (uint)destination, (uint)length);
        Buffer.MemoryCopy(from->Base + (uint)source, to->Base + (uint)destination, (uint)length, (uint)length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryInit(nint context, int destination, int source, int length, int data, int memory)
    {
        MemoryCell* to = Cell(context, memory);
        ReadOnlySpan<byte> bytes = InstanceOf(context).Datas[data].Bytes.Span;
        Check(to, (uint)destination, (uint)length);
        if ((uint)source + (ulong)(uint)length > (ulong)bytes.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        bytes.Slice(source, length).CopyTo(new Span<byte>(to->Base + (uint)destination, length));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DataDrop(nint context, int data) => InstanceOf(context).Datas[data].Drop();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long TableGet(nint context, int index, int table) => (long)InstanceOf(context).Tables[table].Get((uint)index);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableSet(nint context, int index, long value, int table) => InstanceOf(context).Tables[table].Set((uint)index, (ulong)value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int TableSize(nint context, int table) => InstanceOf(context).Tables[table].Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int TableGrow(nint context, long initial, int delta, int table) =>
        (int)InstanceOf(context).Tables[table].Grow((uint)delta, (ulong)initial);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableFill(nint context, int index, long value, int count, int table) =>
        InstanceOf(context).Tables[table].Fill((uint)index, (ulong)value, (uint)count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableCopy(nint context, int index, int sourceIndex, int count, int table, int sourceTable)
    {
        ModuleInstance instance = InstanceOf(context);
        instance.Tables[table].CopyFrom(instance.Tables[sourceTable], (uint)sourceIndex, (uint)index, (uint)count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableInit(nint context, int index, int sourceIndex, int count, int element, int table)
    {
        ModuleInstance instance = InstanceOf(context);
        instance.Tables[table].Initialize(instance.Elements[element], (uint)sourceIndex, (uint)index, (uint)count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ElemDrop(nint context, int element) => InstanceOf(context).Elements[element].Drop();

    private static MemoryCell* Cell(nint context, int memory) => InstanceOf(context).Memories[memory].Cell;

    private static void Check(MemoryCell* memory, ulong start, ulong length)
    {
        if (start + length > memory->LengthBytes)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }
    }
}
