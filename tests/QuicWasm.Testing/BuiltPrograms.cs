using QuicWasm.Interpreter.Tests;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

/// <summary>Programs whose text wat2wasm does not know yet, built here byte by byte. They are loaded by name as the others are.</summary>
internal static partial class BuiltPrograms
{
    private const byte I32 = (byte)ValueType.I32;
    private const byte I64 = (byte)ValueType.I64;
    private const byte V128 = (byte)ValueType.V128;
    private const byte ExnRef = (byte)ValueType.ExnRef;
    private const byte FuncRef = (byte)ValueType.FuncRef;
    private const byte RefNull = 0x63;
    private const byte Ref = 0x64;
    private const byte NoResult = 0x40;

    /// <summary>The binary of a program, or null where there is none of that name.</summary>
    public static byte[]? Find(string name) => name switch
    {
        "references" => References(),
        "wide" => Wide(),
        "exceptions" => Exceptions(),
        "giant" => Giant(),
        _ => null,
    };

    private static WasmBytes Code(params ReadOnlySpan<byte> raw) => new WasmBytes().Raw(raw);

    /// <summary>A function type, of parameters and results as bytes.</summary>
    private static WasmBytes Type(byte[] parameters, byte[] results, int? parameterCount = null) => new WasmBytes()
        .Raw(0x60).U32((uint)(parameterCount ?? parameters.Length)).Raw(parameters).U32((uint)results.Length).Raw(results);

    /// <summary>A function's code: its locals, one byte or more each, and its instructions, which are closed here.</summary>
    private static WasmBytes Function(byte[][] locals, WasmBytes body)
    {
        var code = new WasmBytes().U32((uint)locals.Length);
        foreach (byte[] local in locals)
        {
            code.U32(1).Raw(local);
        }

        return new WasmBytes().Sized(code.Raw(body.ToArray()).Op(Opcode.End));
    }

    private static WasmBytes Export(string name, byte kind, uint index) => new WasmBytes().Sized(Text(name)).Raw(kind).U32(index);

    private static WasmBytes HostAdd(uint type) => new WasmBytes().Sized(Text("host")).Sized(Text("add")).Raw(0).U32(type);

    private static WasmBytes Text(string text) => new WasmBytes().Raw(System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Module(params (byte Id, WasmBytes[] Items)[] sections)
    {
        var module = new WasmBytes().Raw("\0asm\u0001\0\0\0"u8);
        foreach ((byte id, WasmBytes[] items) in sections)
        {
            var section = new WasmBytes().U32((uint)items.Length);
            foreach (WasmBytes item in items)
            {
                section.Raw(item.ToArray());
            }

            module.Raw(id).Sized(section);
        }

        return module.ToArray();
    }

    private static WasmBytes Get(this WasmBytes code, uint local) => code.Op(Opcode.LocalGet, local);

    private static WasmBytes Set(this WasmBytes code, uint local) => code.Op(Opcode.LocalSet, local);

    private static WasmBytes I64Const(this WasmBytes code, long value) => code.Op(Opcode.I64Const).Signed(value);

    /// <summary>Counts a local down, and goes on with the loop around as long as it is not zero.</summary>
    private static WasmBytes CountDown(this WasmBytes code, uint local) =>
        code.Get(local).I32(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, local).Op(Opcode.BrIf, 0);
}
