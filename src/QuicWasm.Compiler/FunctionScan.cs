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
        UsesWhatIsNotCompiled |= locals.Any(IsException) || UsesWide(module);
        FunctionBody body = module.Module.Functions[definedIndex];
        var reader = new CodeReader(body.Code.Span, body.Offset) { Position = module.Layout(definedIndex).EntryPc };
        Scan(ref reader);
    }

    /// <summary>Whether something is in it that only the interpreter runs: exceptions, typed references, 64-bit memories or tables.</summary>
    public bool UsesWhatIsNotCompiled { get; private set; }

    /// <summary>Whether a float local only ever holds what arithmetic gave, or zero, so that its NaN need not be canonical until it is seen.</summary>
    public bool IsArithmetic(int local) => _isArithmetic[local];

    /// <summary>Whether a local ever holds what a rotation gave, or what the JIT takes for one.</summary>
    public bool MayBeRotation(int local) => _mayBeRotation[local];

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
                    UsesWhatIsNotCompiled |= type.HasTypeIndex ? HasException((int)type.TypeIndex) : IsException(type.Result);
                    isNumber = false;
                    continue;
                case Opcode.End:
                    (int start, ulong assigned) = open.Pop();
                    _assigned[start] = assigned;
                    Assign(open, assigned);
                    break;
                case Opcode.LocalSet or Opcode.LocalTee:
                    int local = (int)reader.ReadU32();
                    Assign(open, Node.LocalBit(local));
                    _isArithmetic[local] &= isNumber;
                    _mayBeRotation[local] |= GivesRotation(before);
                    isNumber = false;
                    continue;
                case Opcode.GlobalGet:
                    UsesWhatIsNotCompiled |= IsException(_module.GlobalTypes[(int)reader.ReadU32()].ValueType);
                    isNumber = false;
                    continue;
                case Opcode.TableGet:
                    UsesWhatIsNotCompiled |= IsException(_module.TableTypes[(int)reader.ReadU32()].ElementType);
                    isNumber = false;
                    continue;
                case Opcode.F32Const:
                    isNumber = !float.IsNaN(BitConverter.UInt32BitsToSingle(reader.ReadF32Bits()));
                    continue;
                case Opcode.F64Const:
                    isNumber = !double.IsNaN(BitConverter.UInt64BitsToDouble(reader.ReadF64Bits()));
                    continue;
                case Opcode.Call or Opcode.CallIndirect or Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.MemoryGrow:
                    _blocksThatCall.UnionWith(open.Select(static b => b.Pc));
                    ScanCall(opcode, ref reader);
                    isNumber = false;
                    continue;
                default:
                    UsesWhatIsNotCompiled |= !IsSupported(opcode);
                    UsesMemory |= OpcodeTable.Get(opcode).WidthBytes > 0 || opcode == Opcode.MemorySize;
                    break;
            }

            reader.SkipImmediate(OpcodeTable.Get(opcode).Immediate);
            isNumber = FloatArithmetic.Gives(opcode) || FloatArithmetic.IsNever(opcode);
        }
    }

    private static bool GivesRotation(Opcode opcode) => opcode is Opcode.I32Rotl or Opcode.I32Rotr or Opcode.I64Rotl or Opcode.I64Rotr;

    private void ScanCall(Opcode opcode, ref CodeReader reader)
    {
        int index = (int)reader.ReadU32();
        if (opcode is Opcode.Call or Opcode.ReturnCall)
        {
            UsesWhatIsNotCompiled |= HasException(_module.FunctionTypes[index]);
        }
        else if (opcode != Opcode.MemoryGrow)
        {
            _ = reader.ReadU32();
            UsesWhatIsNotCompiled |= HasException(index);
        }
    }

    // The references to exceptions that a frame of .NET holds are not found when exceptions are collected.
    private bool HasException(int typeIndex) => HasException(_module.Module.Types[typeIndex]);

    private static bool HasException(FunctionType type) => type.Parameters.Any(IsException) || type.Results.Any(IsException);

    private static bool IsException(ValueType type) => type.OrNull() == ValueType.ExnRef;

    private static bool UsesWide(ValidatedModule module) =>
        module.MemoryTypes.Any(static m => m.Limits.Is64) || module.TableTypes.Any(static t => t.Limits.Is64);

    private static void Assign(Stack<(int Pc, ulong Assigned)> open, ulong locals)
    {
        if (open.Count > 0)
        {
            (int pc, ulong assigned) = open.Pop();
            open.Push((pc, assigned | locals));
        }
    }

    private static bool IsSupported(Opcode opcode) => opcode is not (Opcode.Throw or Opcode.ThrowRef or Opcode.TryTable or Opcode.CallRef
        or Opcode.ReturnCallRef or Opcode.RefAsNonNull or Opcode.BrOnNull or Opcode.BrOnNonNull);
}
