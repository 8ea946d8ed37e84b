using System.Runtime.CompilerServices;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Operations on whole memories.
// SAFETY: every range is checked against the length of its memory, in 64 bits without overflow.
internal static unsafe partial class ManagedOperations
{
    public static Instruction* MemoryGrow(Instruction* ip, Machine machine)
    {
        MemoryInstance memory = machine.Store.Memories[ip->C];
        machine[ip->A] = (uint)memory.Grow((uint)machine[ip->B]);
        return ip + 1;
    }

    public static Instruction* MemorySize(Instruction* ip, Machine machine)
    {
        machine[ip->A] = machine.Store.Memories[ip->C].PageCount;
        return ip + 1;
    }

    public static Instruction* MemoryFill(Instruction* ip, Machine machine) => Fill(ip, machine, machine.Memory);

    public static Instruction* MemoryFillOther(Instruction* ip, Machine machine) => Fill(ip, machine, CellOf(machine, ip->D));

    public static Instruction* MemoryCopy(Instruction* ip, Machine machine)
    {
        Copy(ip, machine, machine.Memory, machine.Memory);
        return ip + 1;
    }

    public static Instruction* MemoryCopyOther(Instruction* ip, Machine machine)
    {
        Copy(ip, machine, CellOf(machine, ip[1].A), CellOf(machine, ip[1].B));
        return ip + 2;
    }

    public static Instruction* MemoryInit(Instruction* ip, Machine machine)
    {
        Initialize(ip, machine, machine.Memory);
        return ip + 1;
    }

    public static Instruction* MemoryInitOther(Instruction* ip, Machine machine)
    {
        Initialize(ip, machine, CellOf(machine, ip[1].A));
        return ip + 2;
    }

    private static MemoryCell* CellOf(Machine machine, int address) => machine.Store.Memories[address].Cell;

    private static Instruction* Fill(Instruction* ip, Machine machine, MemoryCell* memory)
    {
        CheckRange(memory, machine[ip->A], machine[ip->C]);
        Unsafe.InitBlockUnaligned(memory->Base + (uint)machine[ip->A], (byte)machine[ip->B], (uint)machine[ip->C]);
        return ip + 1;
    }

    private static void Copy(Instruction* ip, Machine machine, MemoryCell* destination, MemoryCell* source)
    {
        uint length = (uint)machine[ip->C];
        CheckRange(source, machine[ip->B], length);
        CheckRange(destination, machine[ip->A], length);
        Buffer.MemoryCopy(source->Base + (uint)machine[ip->B], destination->Base + (uint)machine[ip->A], length, length);
    }

    private static void Initialize(Instruction* ip, Machine machine, MemoryCell* memory)
    {
        ReadOnlySpan<byte> source = machine.Store.Datas[ip->D].Bytes.Span;
        ulong start = (uint)machine[ip->B];
        ulong length = (uint)machine[ip->C];
        CheckRange(memory, machine[ip->A], length);
        if (start + length > (ulong)source.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        source.Slice((int)start, (int)length).CopyTo(new Span<byte>(memory->Base + (uint)machine[ip->A], (int)length));
    }

    private static void CheckRange(MemoryCell* memory, ulong start, ulong length)
    {
        if ((uint)start + (ulong)(uint)length > memory->LengthBytes)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }
    }
}
