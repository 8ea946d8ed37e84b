using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

// Operations on whole memories and on tables. Addresses and indices are 64-bit numbers, segments have 32-bit ones, references are as compiled code has them.
// SAFETY: every range is checked against the length of its memory, in 64 bits without overflow.
internal static unsafe partial class Bridge
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long MemoryGrow(nint context, ulong pages, int memory) => InstanceOf(context).Memories[memory].Grow(pages);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryFill(nint context, ulong start, int value, ulong length, int memory) =>
        NativeMemory.Fill(Range(Cell(context, memory), start, length), (nuint)length, (byte)value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryCopy(nint context, ulong destination, ulong source, ulong length, int destinationMemory, int sourceMemory)
    {
        byte* from = Range(Cell(context, sourceMemory), source, length);
        Buffer.MemoryCopy(from, Range(Cell(context, destinationMemory), destination, length), length, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void MemoryInit(nint context, ulong destination, int source, int length, int data, int memory)
    {
        byte* to = Range(Cell(context, memory), destination, (uint)length);
        ReadOnlySpan<byte> bytes = InstanceOf(context).Datas[data].Bytes.Span;
        if ((uint)source + (ulong)(uint)length > (ulong)bytes.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        bytes.Slice(source, length).CopyTo(new Span<byte>(to, length));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DataDrop(nint context, int data) => InstanceOf(context).Datas[data].Drop();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long TableGet(nint context, ulong index, int table) => (long)InstanceOf(context).Tables[table].Get(index);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableSet(nint context, ulong index, long value, int table) => InstanceOf(context).Tables[table].Set(index, (ulong)value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long TableSize(nint context, int table) => InstanceOf(context).Tables[table].Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long TableGrow(nint context, long initial, ulong delta, int table) => InstanceOf(context).Tables[table].Grow(delta, (ulong)initial);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableFill(nint context, ulong index, long value, ulong count, int table) =>
        InstanceOf(context).Tables[table].Fill(index, (ulong)value, count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableCopy(nint context, ulong index, ulong sourceIndex, ulong count, int table, int sourceTable)
    {
        ModuleInstance instance = InstanceOf(context);
        instance.Tables[table].CopyFrom(instance.Tables[sourceTable], sourceIndex, index, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TableInit(nint context, ulong index, int sourceIndex, int count, int element, int table)
    {
        ModuleInstance instance = InstanceOf(context);
        instance.Tables[table].Initialize(instance.Elements[element], (uint)sourceIndex, index, (uint)count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ElemDrop(nint context, int element) => InstanceOf(context).Elements[element].Drop();

    private static MemoryCell* Cell(nint context, int memory) => InstanceOf(context).Memories[memory].Cell;

    private static byte* Range(MemoryCell* memory, ulong start, ulong length) =>
        start <= memory->LengthBytes && length <= memory->LengthBytes - start
            ? memory->Base + start
            : throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
}
