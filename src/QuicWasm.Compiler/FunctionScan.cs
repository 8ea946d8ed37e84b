using System.Collections.Immutable;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>What a look over a function's code finds before it is compiled.</summary>
internal sealed class FunctionScan
{
    private readonly Dictionary<int, ulong> _assigned = [];
    private readonly ValidatedModule _module;
    private readonly HashSet<int> _blocksThatCall = [];
    private readonly bool[] _isArithmetic;
    private readonly bool[] _mayBeRotation;

    public FunctionScan(ValidatedModule module, int definedIndex, ImmutableArray<ValueType> locals, int parameterCount)
    {
        _isArithmetic = new bool[locals.Length];
        _mayBeRotation = new bool[locals.Length];
        for (int i = parameterCount; i < locals.Length; i++)
        {
            _isArithmetic[i] = locals[i] == ValueType.F32 || locals[i] == ValueType.F64;
        }

        _module = module;
        UsesExceptions |= locals.Any(IsException);
        FunctionBody body = module.Module.Functions[definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset) { Position = module.Layout(definedIndex).EntryPc };
        Scan(ref reader);
    }

    /// <summary>Whether it throws or catches exceptions, or may hold references to some. Code without safe points can do neither.</summary>
    public bool UsesExceptions { get; private set; }

    /// <summary>Whether a float local only ever holds what arithmetic gave, or zero, so that its NaN need not be canonical until it is seen.</summary>
    public bool IsArithmetic(int local) => _isArithmetic[local];

    /// <summary>Whether anything is rotated.</summary>
    public bool HasRotations { get; private set; }

    /// <summary>Whether a local ever holds what a rotation gave.</summary>
    public bool MayBeRotation(int local) => HasRotations && _mayBeRotation[local];

    /// <summary>Whether it reads or writes memory 0, other than through whole-memory operations.</summary>
    public bool UsesMemory { get; private set; }

    /// <summary>Whether a block has calls in it, or anything else that may grow a memory.</summary>
    /// <param name="pc">The block's instruction, or -1 for the function.</param>
    public bool Calls(int pc) => _blocksThatCall.Contains(pc);

    /// <summary>Which locals are assigned within a block, as <see cref="Node.Locals"/>.</summary>
    /// <param name="pc">The block's instruction.</param>
    public ulong AssignedIn(int pc) => _assigned[pc];

    private void Scan(ref CodeReader reader)
    {
        var open = new Stack<(int Pc, ulong Assigned)>();
        open.Push((-1, 0));
        bool isNumber = false;
        Opcode last = Opcode.Nop;
        while (open.Count > 0)
        {
            int pc = reader.Position;
            Opcode opcode = reader.ReadOpcode();
            (Opcode before, last) = (last, opcode);
            switch (opcode)
            {
                case Opcode.Block or Opcode.Loop or Opcode.If:
                    open.Push((pc, 0));
                    BlockType type = reader.ReadBlockType();
                    UsesExceptions |= type.HasTypeIndex ? HasException((int)type.TypeIndex) : IsException(type.Result);
                    isNumber = false;
                    continue;
                case Opcode.TryTable:
                    open.Push((pc, 0));
                    UsesExceptions = true;
                    break;
                case Opcode.End:
                    (int start, ulong assigned) = open.Pop();
                    _assigned[start] = assigned;
                    Assign(open, assigned);
                    break;
                case Opcode.LocalSet or Opcode.LocalTee:
                    int local = (int)reader.ReadU32();
                    Assign(open, Node.LocalBit(local));
                    _isArithmetic[local] &= isNumber;
                    _mayBeRotation[local] |= MayLeaveRotation(before);
                    isNumber = false;
                    continue;
                case Opcode.GlobalGet or Opcode.TableGet:
                    UsesExceptions |= IsException(ReadType(opcode, (int)reader.ReadU32()));
                    isNumber = false;
                    continue;
                case Opcode.F32Const or Opcode.F64Const:
                    isNumber = !double.IsNaN(ReadNumber(opcode, ref reader));
                    continue;
                case Opcode.Call or Opcode.CallIndirect or Opcode.CallRef or Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.ReturnCallRef
                    or Opcode.MemoryGrow:
                    _blocksThatCall.UnionWith(open.Select(static b => b.Pc));
                    ScanCall(opcode, ref reader);
                    isNumber = false;
                    continue;
                default:
                    HasRotations |= IsRotation(opcode);
                    UsesExceptions |= opcode is Opcode.Throw or Opcode.ThrowRef;
                    UsesMemory |= OpcodeTable.Get(opcode).WidthBytes > 0 || opcode == Opcode.MemorySize;
                    break;
            }

            reader.SkipImmediate(OpcodeTable.Get(opcode).Immediate);
            isNumber = FloatArithmetic.Gives(opcode) || FloatArithmetic.IsNever(opcode);
        }
    }

    private ValueType ReadType(Opcode opcode, int index) =>
        opcode == Opcode.GlobalGet ? _module.GlobalTypes[index].ValueType : _module.TableTypes[index].ElementType;

    private static double ReadNumber(Opcode opcode, ref CodeReader reader) => opcode == Opcode.F32Const
        ? BitConverter.UInt32BitsToSingle(reader.ReadF32Bits())
        : BitConverter.UInt64BitsToDouble(reader.ReadF64Bits());

    private static bool IsRotation(Opcode opcode) => opcode is Opcode.I32Rotl or Opcode.I32Rotr or Opcode.I64Rotl or Opcode.I64Rotr;

    // One that it made, or one that it passes on.
    private static bool MayLeaveRotation(Opcode opcode) =>
        IsRotation(opcode) || opcode is Opcode.LocalGet or Opcode.LocalTee or Opcode.Select or Opcode.SelectTyped or Opcode.End;

    private void ScanCall(Opcode opcode, ref CodeReader reader)
    {
        int index = (int)reader.ReadU32();
        if (opcode is Opcode.Call or Opcode.ReturnCall)
        {
            UsesExceptions |= HasException(_module.FunctionTypes[index]);
        }
        else if (opcode != Opcode.MemoryGrow)
        {
            UsesExceptions |= HasException(index);
            if (opcode is Opcode.CallIndirect or Opcode.ReturnCallIndirect)
            {
                _ = reader.ReadU32();
            }
        }
    }

    private bool HasException(int typeIndex) => HasException(_module.Module.Types[typeIndex]);

    private static bool HasException(FunctionType type) => type.Parameters.Any(IsException) || type.Results.Any(IsException);

    private static bool IsException(ValueType type) => type.OrNull() == ValueType.ExnRef;

    private static void Assign(Stack<(int Pc, ulong Assigned)> open, ulong locals)
    {
        if (open.Count > 0)
        {
            (int pc, ulong assigned) = open.Pop();
            open.Push((pc, assigned | locals));
        }
    }
}
