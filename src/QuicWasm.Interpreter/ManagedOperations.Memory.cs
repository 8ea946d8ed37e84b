using System.Runtime.InteropServices;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Operations on whole memories.
// SAFETY: every range is checked against the length of its memory, in 64 bits without overflow.
internal static unsafe partial class ManagedOperations
{
    public static Instruction* MemoryGrow(Instruction* ip, Machine machine)
    {
        MemoryInstance memory = machine.Store.Memories[ip->C];
        ulong mask = memory.AddressMask;
        machine[ip->A] = (ulong)memory.Grow(machine[ip->B] & mask) & mask;
        return ip + 1;
    }

    public static Instruction* MemorySize(Instruction* ip, Machine machine)
    {
        machine[ip->A] = machine.Store.Memories[ip->C].PageCount;
        return ip + 1;
    }

    public static Instruction* MemoryFill(Instruction* ip, Machine machine) => Fill(ip, machine, new Memory(machine.Memory));

    public static Instruction* MemoryFillOther(Instruction* ip, Machine machine) => Fill(ip, machine, MemoryAt(machine, ip->D));

    public static Instruction* MemoryCopy(Instruction* ip, Machine machine)
    {
        var memory = new Memory(machine.Memory);
        Copy(ip, machine, memory, memory);
        return ip + 1;
    }

    public static Instruction* MemoryCopyOther(Instruction* ip, Machine machine)
    {
        Copy(ip, machine, MemoryAt(machine, ip[1].A), MemoryAt(machine, ip[1].B));
        return ip + 2;
    }

    public static Instruction* MemoryInit(Instruction* ip, Machine machine)
    {
        Initialize(ip, machine, new Memory(machine.Memory));
        return ip + 1;
    }

    public static Instruction* MemoryInitOther(Instruction* ip, Machine machine)
    {
        Initialize(ip, machine, MemoryAt(machine, ip[1].A));
        return ip + 2;
    }

    private static Memory MemoryAt(Machine machine, int address)
    {
        MemoryInstance memory = machine.Store.Memories[address];
        return new Memory(memory.Cell, memory.AddressMask);
    }

    private static Instruction* Fill(Instruction* ip, Machine machine, Memory memory)
    {
        ulong length = machine[ip->C] & memory.Mask;
        NativeMemory.Fill(memory.Range(machine[ip->A], length), (nuint)length, (byte)machine[ip->B]);
        return ip + 1;
    }

    private static void Copy(Instruction* ip, Machine machine, Memory destination, Memory source)
    {
        ulong length = machine[ip->C] & destination.Mask & source.Mask;
        byte* from = source.Range(machine[ip->B], length);
        Buffer.MemoryCopy(from, destination.Range(machine[ip->A], length), length, length);
    }

    private static void Initialize(Instruction* ip, Machine machine, Memory memory)
    {
        ReadOnlySpan<byte> source = machine.Store.Datas[ip->D].Bytes.Span;
        ulong start = (uint)machine[ip->B];
        ulong length = (uint)machine[ip->C];
        byte* to = memory.Range(machine[ip->A], length);
        if (start + length > (ulong)source.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        source.Slice((int)start, (int)length).CopyTo(new Span<byte>(to, (int)length));
    }

    /// <summary>A memory, and which bits of a slot are an address in it.</summary>
    private readonly struct Memory(MemoryCell* cell, ulong mask = uint.MaxValue)
    {
        private readonly MemoryCell* _cell = cell;

        public ulong Mask { get; } = mask;

        /// <summary>The first byte of a range, which must lie inside of the memory.</summary>
        public byte* Range(ulong slot, ulong lengthBytes)
        {
            ulong start = slot & Mask;
            return start <= _cell->LengthBytes && lengthBytes <= _cell->LengthBytes - start
                ? _cell->Base + start
                : throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }
    }
}
