using QuicWasm.Runtime;

namespace QuicWasm.Interpreter;

// Each method is an operation that a handler calls with the frame in machine.FramePointer. It gives the instruction to go on with, or null to
// leave the interpreter. After it, the handler reads frame and memory from the machine again.
// SAFETY: instructions and registers are what the Lowerer made of validated code; memories and tables check their own bounds.

/// <summary>Operations on tables, memories and segments that are no pure functions of registers.</summary>
internal static unsafe partial class ManagedOperations
{
    public static Instruction* TrapOutOfBounds(Instruction* ip, Machine machine) => throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);

    public static Instruction* Unreachable(Instruction* ip, Machine machine) => throw new TrapException(TrapKind.Unreachable);

    public static Instruction* RequireNonNull(Instruction* ip, Machine machine) =>
        machine[ip->A] != Reference.Null ? ip + 1 : throw new TrapException(TrapKind.NullReference);

    public static Instruction* DataDrop(Instruction* ip, Machine machine)
    {
        machine.Store.Datas[ip->A].Drop();
        return ip + 1;
    }

    public static Instruction* TableGet(Instruction* ip, Machine machine)
    {
        TableInstance table = machine.Store.Tables[ip->C];
        machine[ip->A] = table.Get(Address(table, machine[ip->B]));
        return ip + 1;
    }

    public static Instruction* TableSet(Instruction* ip, Machine machine)
    {
        TableInstance table = machine.Store.Tables[ip->C];
        table.Set(Address(table, machine[ip->A]), machine[ip->B]);
        return ip + 1;
    }

    public static Instruction* TableSize(Instruction* ip, Machine machine)
    {
        machine[ip->A] = (uint)machine.Store.Tables[ip->C].Length;
        return ip + 1;
    }

    public static Instruction* TableGrow(Instruction* ip, Machine machine)
    {
        TableInstance table = machine.Store.Tables[ip->D];
        machine[ip->A] = Address(table, (ulong)table.Grow(Address(table, machine[ip->C]), machine[ip->B]));
        return ip + 1;
    }

    public static Instruction* TableFill(Instruction* ip, Machine machine)
    {
        TableInstance table = machine.Store.Tables[ip->D];
        table.Fill(Address(table, machine[ip->A]), machine[ip->B], Address(table, machine[ip->C]));
        return ip + 1;
    }

    public static Instruction* TableCopy(Instruction* ip, Machine machine)
    {
        TableInstance destination = machine.Store.Tables[ip[1].A];
        TableInstance source = machine.Store.Tables[ip[1].B];
        ulong count = Address(source, Address(destination, machine[ip->C]));
        destination.CopyFrom(source, Address(source, machine[ip->B]), Address(destination, machine[ip->A]), count);
        return ip + 2;
    }

    public static Instruction* TableInit(Instruction* ip, Machine machine)
    {
        TableInstance destination = machine.Store.Tables[ip[1].A];
        destination.Initialize(machine.Store.Elements[ip[1].B], (uint)machine[ip->B], Address(destination, machine[ip->A]), (uint)machine[ip->C]);
        return ip + 2;
    }

    public static Instruction* ElemDrop(Instruction* ip, Machine machine)
    {
        machine.Store.Elements[ip->A].Drop();
        return ip + 1;
    }

    // An address or size in a slot: its low half only, where addresses of the table have 32 bits.
    private static ulong Address(TableInstance table, ulong slot) => slot & table.AddressMask;
}
