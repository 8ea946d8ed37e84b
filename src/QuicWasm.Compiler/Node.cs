using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>What a <see cref="Node"/> is.</summary>
internal enum NodeKind
{
    /// <summary>A constant; its bits.</summary>
    Constant,

    /// <summary>The present value of a local.</summary>
    Local,

    /// <summary>A value that stands in a local of IL.</summary>
    Temporary,

    /// <summary>The result of an instruction with its operands.</summary>
    Operation,

    /// <summary>A load from a memory, of an address that was checked before.</summary>
    Load,

    /// <summary>The present value of a global.</summary>
    Global,
}

/// <summary>
/// A value on the operand stack that has not been computed yet. Instructions without effects become trees, which are emitted where an effect
/// needs them; so operands ride the stack of .NET, and the JIT sees whole expressions.
/// </summary>
internal sealed class Node
{
    /// <summary>Trees are not made larger than this, so that emitting them does not go too deep.</summary>
    public const int SizeLimit = 100;

    public required NodeKind Kind { get; init; }

    public required ValueType Type { get; init; }

    /// <summary>The type on the stack of .NET, which for vectors depends on the instruction.</summary>
    public required Type Clr { get; init; }

    public Opcode Opcode { get; init; }

    /// <summary>The operands, or the address of a load.</summary>
    public Node[] Operands { get; init; } = [];

    /// <summary>The local, global, or lane.</summary>
    public int Index { get; init; }

    /// <summary>The bits of a constant; the offset of a load.</summary>
    public ulong Bits { get; init; }

    /// <summary>The bits of a vector constant.</summary>
    public UInt128 Vector { get; init; }

    /// <summary>The memory of a load.</summary>
    public int Memory { get; init; }

    /// <summary>Where a temporary stands.</summary>
    public LocalBuilder? Temporary { get; init; }

    /// <summary>Whether the temporary may be used for something else once this node is emitted.</summary>
    public bool IsOwner { get; init; }

    /// <summary>Whether computing it can trap.</summary>
    public bool CanTrap { get; init; }

    /// <summary>Whether computing it can go outside of a guarded memory.</summary>
    public bool CanFault { get; init; }

    /// <summary>Whether computing it may end the program: at that place, and before what comes after it.</summary>
    public bool IsUnsafe => CanTrap || CanFault;

    /// <summary>Whether it depends on a memory.</summary>
    public bool ReadsMemory { get; init; }

    /// <summary>Whether it depends on a global.</summary>
    public bool ReadsGlobal { get; init; }

    /// <summary>Which locals it depends on: bit n mod 64 of local n.</summary>
    public ulong Locals { get; init; }

    /// <summary>Whether it is a float that arithmetic gave, and that may be another NaN than the canonical one.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether the JIT may see a rotation in it: see <see cref="FunctionCompiler.EmitTested"/>.</summary>
    public bool IsRotation { get; init; }

    /// <summary>How many nodes the tree has.</summary>
    public int Size { get; init; } = 1;

    /// <summary>Whether it may be computed again, and at any time while its locals keep their values.</summary>
    public bool IsPlain => Kind is NodeKind.Constant or NodeKind.Local or NodeKind.Temporary;

    public static Node Constant(ValueType type, ulong bits) => new() { Kind = NodeKind.Constant, Type = type, Clr = ClrTypes.Of(type), Bits = bits };

    public static Node VectorConstant(UInt128 bits) =>
        new() { Kind = NodeKind.Constant, Type = ValueType.V128, Clr = ClrTypes.Vector, Vector = bits };

    public static Node Local(int index, ValueType type, bool isRaw, bool isRotation) => new()
    {
        IsRotation = isRotation && IsInteger(type),
        Kind = NodeKind.Local,
        Type = type,
        Clr = ClrTypes.Of(type),
        Index = index,
        Locals = LocalBit(index),
        IsRaw = isRaw,
    };

    public static Node Temp(LocalBuilder local, ValueType type, bool isOwner, bool isRaw = false, bool isRotation = false) => new()
    {
        IsRotation = isRotation && IsInteger(type),
        Kind = NodeKind.Temporary,
        Type = type,
        Clr = local.LocalType,
        Temporary = local,
        IsOwner = isOwner,
        IsRaw = isRaw,
    };

    public static Node Global(int index, ValueType type) =>
        new() { Kind = NodeKind.Global, Type = type, Clr = ClrTypes.Of(type), Index = index, ReadsGlobal = true };

    public static Node Operation(Opcode opcode, ValueType type, Type clr, Node[] operands, int lane = -1, bool canTrap = false, bool isRaw = false) =>
        new()
        {
            Kind = NodeKind.Operation,
            Type = type,
            Clr = clr,
            Opcode = opcode,
            Operands = operands,
            Index = lane,
            CanTrap = canTrap || operands.Any(o => o.CanTrap),
            CanFault = operands.Any(o => o.CanFault),
            ReadsMemory = operands.Any(o => o.ReadsMemory),
            ReadsGlobal = operands.Any(o => o.ReadsGlobal),
            Locals = operands.Aggregate(0UL, (bits, o) => bits | o.Locals),
            IsRaw = isRaw,
            IsRotation = IsRotated(opcode, operands),
            Size = 1 + operands.Sum(o => o.Size),
        };

    private static bool IsInteger(ValueType type) => type is ValueType.I32 or ValueType.I64;

    private static bool IsRotated(Opcode opcode, Node[] operands) => opcode switch
    {
        Opcode.I32Rotl or Opcode.I32Rotr or Opcode.I64Rotl or Opcode.I64Rotr => true,
        Opcode.I32Or or Opcode.I64Or or Opcode.I32Xor or Opcode.I64Xor or Opcode.I32WrapI64 => operands.All(static o => o.Opcode is
            Opcode.I32Shl or Opcode.I32ShrU or Opcode.I64Shl or Opcode.I64ShrU) || operands.Any(static o => o.IsRotation),
        Opcode.I64ExtendI32S or Opcode.I64ExtendI32U => operands[0].IsRotation,
        _ => false,
    };

    /// <summary>The bit of a local in <see cref="Locals"/>.</summary>
    public static ulong LocalBit(int index) => 1UL << (index & 63);
}
