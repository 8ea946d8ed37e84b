using System.Reflection;
using System.Runtime.Intrinsics;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter.Tests;

/// <summary>Every instruction of the proposals that the interpreter supports is executed by it.</summary>
public sealed class OpcodeTableTests
{
    private const Proposals Supported = ModuleFeatures.Supported;

    /// <summary>Instructions that are more than a function of their operands: a body that uses each, and lowers.</summary>
    private static readonly Dictionary<Opcode, WasmBytes> Bodies = ControlBodies().Concat(VariableBodies()).Concat(BulkBodies()).ToDictionary();

    public static TheoryData<Opcode> Rows() => [.. OpcodeTable.All.Where(r => (r.Proposal & ~Supported) == 0).Select(r => r.Opcode)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_row_has_semantics_of_its_types_or_is_lowered(Opcode opcode)
    {
        OpcodeInfo row = OpcodeTable.Get(opcode);
        MethodInfo? semantics = OpcodeSemantics.Find(opcode);
        if (semantics is null)
        {
            AssertLowers(opcode);
            return;
        }

        Assert.False(Bodies.ContainsKey(opcode), $"{row.Name} has semantics and a body");
        string[] expected = [.. ExpectedParameters(row)];
        ParameterInfo[] parameters = semantics.GetParameters();
        Assert.Equal(expected.Length, parameters.Length);
        Assert.All(expected, (kind, i) => Assert.Contains(kind, Kinds(parameters[i].ParameterType)));
        Assert.Contains(row.IsPolymorphic ? "i32" : row.Results.Length == 0 ? "nothing" : Name(row.Results[0]), Kinds(semantics.ReturnType));
    }

    [Fact]
    public void No_row_beyond_the_supported_proposals_has_semantics() =>
        Assert.DoesNotContain(OpcodeTable.All, r => (r.Proposal & ~Supported) != 0 && OpcodeSemantics.Find(r.Opcode) is not null);

    private static void AssertLowers(Opcode opcode)
    {
        Assert.True(Bodies.TryGetValue(opcode, out WasmBytes? body), $"{opcode} has no semantics, and no body that shows how it is lowered");
        var module = new WasmModuleBuilder();
        module.Global(ValueType.I32, 0);
        module.Function("f", [], [], body, ValueType.I32);
        using var program = new WasmProgram(module);
        try
        {
            program.Call("f");
        }
        catch (Runtime.TrapException e)
        {
            Assert.Equal(Opcode.Unreachable, opcode);
            Assert.Equal(Runtime.TrapKind.Unreachable, e.Kind);
        }
    }

    // The operands; of a load or store the computed address instead of the i32; then what the immediate gives.
    private static IEnumerable<string> ExpectedParameters(OpcodeInfo row)
    {
        string[] operands = row.IsPolymorphic ? ["reference"] : [.. row.Operands.Select(Name)];
        return (row.WidthBytes > 0 ? ["address", .. operands[1..]] : operands).Concat(row.Immediate switch
        {
            ImmediateKind.Lane or ImmediateKind.MemArgAndLane => ["i32"],
            ImmediateKind.Shuffle => ["v128"],
            _ => (string[])[],
        });
    }

    private static string Name(ValueType type) => type.ToString().ToLowerInvariant();

    private static string[] Kinds(Type type) =>
        type == typeof(int) || type == typeof(bool) ? ["i32"]
        : type == typeof(uint) ? ["i32", "f32"]
        : type == typeof(long) ? ["i64"]
        : type == typeof(ulong) ? ["i64", "f64", "reference"]
        : type == typeof(float) ? ["f32"]
        : type == typeof(double) ? ["f64"]
        : type == typeof(void) ? ["nothing"]
        : type.IsPointer ? ["address"]
        : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Vector128<>) ? ["v128"] : [];

    private static Dictionary<Opcode, WasmBytes> ControlBodies() => new()
    {
        [Opcode.Unreachable] = Code().Op(Opcode.Unreachable),
        [Opcode.Nop] = Code().Op(Opcode.Nop),
        [Opcode.Block] = Code().Op(Opcode.Block).Raw(0x40).Op(Opcode.End),
        [Opcode.Loop] = Code().Op(Opcode.Loop).Raw(0x40).Op(Opcode.End),
        [Opcode.If] = Code().I32(1).Op(Opcode.If).Raw(0x40).Op(Opcode.End),
        [Opcode.Else] = Code().I32(1).Op(Opcode.If).Raw(0x40).Op(Opcode.Else).Op(Opcode.End),
        [Opcode.End] = Code(),
        [Opcode.Br] = Code().Op(Opcode.Br, 0),
        [Opcode.BrIf] = Code().I32(1).Op(Opcode.BrIf, 0),
        [Opcode.BrTable] = Code().I32(1).Op(Opcode.BrTable).Raw(1, 0, 0),
        [Opcode.Return] = Code().Op(Opcode.Return),
        [Opcode.Call] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.Call, 0).Op(Opcode.End),
        [Opcode.CallIndirect] = Code().I32(0).Op(Opcode.If).Raw(0x40).I32(0).Op(Opcode.CallIndirect, 0).Raw(0).Op(Opcode.End),
        [Opcode.ReturnCall] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.ReturnCall, 0).Op(Opcode.End),
        [Opcode.CallRef] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.RefFunc, 0).Op(Opcode.CallRef, 0).Op(Opcode.End),
        [Opcode.ReturnCallRef] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.RefFunc, 0).Op(Opcode.ReturnCallRef, 0).Op(Opcode.End),
        [Opcode.BrOnNull] = Code().Op(Opcode.RefFunc, 0).Op(Opcode.BrOnNull, 0).Op(Opcode.Drop),
        [Opcode.BrOnNonNull] = Code().Op(Opcode.Block).Raw(0x64, 0).Op(Opcode.RefFunc, 0).Op(Opcode.BrOnNonNull, 0).Op(Opcode.Unreachable).Op(Opcode.End).Op(Opcode.Drop),
        [Opcode.Throw] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.Throw, 0).Op(Opcode.End),
        [Opcode.ThrowRef] = Code().I32(0).Op(Opcode.If).Raw(0x40).Op(Opcode.RefNull).Raw((byte)ValueType.ExnRef).Op(Opcode.ThrowRef).Op(Opcode.End),
        [Opcode.TryTable] = Code().Op(Opcode.TryTable).Raw(0x40, 1, 0, 0, 0).Op(Opcode.Throw, 0).Op(Opcode.End),
        [Opcode.RefAsNonNull] = Code().Op(Opcode.RefFunc, 0).Op(Opcode.RefAsNonNull).Op(Opcode.Drop),
        [Opcode.ReturnCallIndirect] = Code().I32(0).Op(Opcode.If).Raw(0x40).I32(0).Op(Opcode.ReturnCallIndirect, 0).Raw(0).Op(Opcode.End),
    };

    private static Dictionary<Opcode, WasmBytes> VariableBodies() => new()
    {
        [Opcode.Drop] = Code().I32(1).Op(Opcode.Drop),
        [Opcode.Select] = Code().I32(1).I32(2).I32(3).Op(Opcode.Select).Op(Opcode.Drop),
        [Opcode.SelectTyped] = Code().I32(1).I32(2).I32(3).Op(Opcode.SelectTyped).Types(ValueType.I32).Op(Opcode.Drop),
        [Opcode.LocalGet] = Code().Op(Opcode.LocalGet, 0).Op(Opcode.Drop),
        [Opcode.LocalSet] = Code().I32(1).Op(Opcode.LocalSet, 0),
        [Opcode.LocalTee] = Code().I32(1).Op(Opcode.LocalTee, 0).Op(Opcode.Drop),
        [Opcode.GlobalGet] = Code().Op(Opcode.GlobalGet, 0).Op(Opcode.Drop),
        [Opcode.GlobalSet] = Code().I32(1).Op(Opcode.GlobalSet, 0),
        [Opcode.I32Const] = Code().Constant(ValueType.I32, 1).Op(Opcode.Drop),
        [Opcode.I64Const] = Code().Constant(ValueType.I64, 1).Op(Opcode.Drop),
        [Opcode.F32Const] = Code().Constant(ValueType.F32, 1).Op(Opcode.Drop),
        [Opcode.F64Const] = Code().Constant(ValueType.F64, 1).Op(Opcode.Drop),
        [Opcode.V128Const] = Code().Constant(ValueType.V128, 1).Op(Opcode.Drop),
        [Opcode.RefNull] = Code().Op(Opcode.RefNull).Raw((byte)ValueType.FuncRef).Op(Opcode.Drop),
        [Opcode.RefFunc] = Code().Op(Opcode.RefFunc, 0).Op(Opcode.Drop),
    };

    private static Dictionary<Opcode, WasmBytes> BulkBodies() => new()
    {
        [Opcode.TableGet] = Code().I32(0).Op(Opcode.TableGet, 0).Op(Opcode.Drop),
        [Opcode.TableSet] = Code().I32(0).Op(Opcode.RefFunc, 0).Op(Opcode.TableSet, 0),
        [Opcode.TableSize] = Code().Op(Opcode.TableSize, 0).Op(Opcode.Drop),
        [Opcode.TableGrow] = Code().Op(Opcode.RefFunc, 0).I32(1).Op(Opcode.TableGrow, 0).Op(Opcode.Drop),
        [Opcode.TableFill] = Code().I32(0).Op(Opcode.RefFunc, 0).I32(1).Op(Opcode.TableFill, 0),
        [Opcode.TableCopy] = Three(Opcode.TableCopy).Raw(0, 0),
        [Opcode.TableInit] = Three(Opcode.TableInit).Raw(1, 0),
        [Opcode.ElemDrop] = Code().Op(Opcode.ElemDrop, 1),
        [Opcode.MemorySize] = Code().Op(Opcode.MemorySize, 0).Op(Opcode.Drop),
        [Opcode.MemoryGrow] = Code().I32(1).Op(Opcode.MemoryGrow, 0).Op(Opcode.Drop),
        [Opcode.MemoryFill] = Three(Opcode.MemoryFill).Raw(0),
        [Opcode.MemoryCopy] = Three(Opcode.MemoryCopy).Raw(0, 0),
        [Opcode.MemoryInit] = Three(Opcode.MemoryInit).Raw(0, 0),
        [Opcode.DataDrop] = Code().Op(Opcode.DataDrop, 0),
    };

    private static WasmBytes Code() => new();

    private static WasmBytes Three(Opcode opcode) => Code().I32(0).I32(0).I32(1).Op(opcode);
}
