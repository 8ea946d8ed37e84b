using QuicWasm.Modules;

namespace QuicWasm.Interpreter.Tests;

/// <summary>
/// Makes modules with one memory of one page, one table of four functions (the first of the module stands at 0), one tag without values, one passive data
/// and one passive element segment, and globals and functions as asked. Functions are exported under their names.
/// </summary>
internal sealed class WasmModuleBuilder
{
    private readonly List<WasmBytes> _types = [];
    private readonly List<(string Name, uint Type, WasmBytes Body)> _functions = [];
    private readonly List<WasmBytes> _globals = [];

    /// <summary>Adds a type; gives its index.</summary>
    public uint Type(ValueType[] parameters, ValueType[] results)
    {
        _types.Add(new WasmBytes().Raw(0x60).Types(parameters).Types(results));
        return (uint)_types.Count - 1;
    }

    /// <summary>Adds a mutable global; gives its index.</summary>
    public uint Global(ValueType type, UInt128 value)
    {
        _globals.Add(new WasmBytes().Raw((byte)type, 1).Constant(type, value).Op(Opcode.End));
        return (uint)_globals.Count - 1;
    }

    /// <summary>Adds a function; gives its index. The body is closed here.</summary>
    public uint Function(string name, ValueType[] parameters, ValueType[] results, WasmBytes body, params ValueType[] locals)
    {
        uint type = Type(parameters, results);
        var code = new WasmBytes().U32((uint)locals.Length);
        foreach (ValueType local in locals)
        {
            code.U32(1).Raw((byte)local);
        }

        _functions.Add((name, type, code.Raw(body.ToArray()).Op(Opcode.End)));
        return (uint)_functions.Count - 1;
    }

    /// <summary>The module's binary.</summary>
    public byte[] ToArray() => new WasmBytes()
        .Raw("\0asm\u0001\0\0\0"u8)
        .Raw(1).Sized(List([.. _types, new WasmBytes().Raw(0x60, 0, 0)]))
        .Raw(3).Sized(List([.. _functions.Select(f => new WasmBytes().U32(f.Type))]))
        .Raw(4).Sized(List([new WasmBytes().Raw(0x70, 0, 4)]))
        .Raw(5).Sized(List([new WasmBytes().Raw(0, 1)]))
        .Raw(13).Sized(List([new WasmBytes().Raw(0).U32((uint)_types.Count)]))
        .Raw(6).Sized(List(_globals))
        .Raw(7).Sized(List([.. _functions.Select((f, i) => Export(f.Name, (uint)i)), new WasmBytes().U32(1).Raw((byte)'m', 2, 0)]))
        .Raw(9).Sized(List([new WasmBytes().U32(0).I32(0).Op(Opcode.End).U32(1).U32(0), new WasmBytes().Raw(1, 0).U32(1).U32(0)]))
        .Raw(12).Sized(new WasmBytes().U32(1))
        .Raw(10).Sized(List([.. _functions.Select(f => new WasmBytes().Sized(f.Body))]))
        .Raw(11).Sized(List([new WasmBytes().Raw(1).Sized(new WasmBytes().Raw(1, 2, 3, 4))]))
        .ToArray();

    private static WasmBytes Export(string name, uint function) =>
        new WasmBytes().Sized(new WasmBytes().Raw(System.Text.Encoding.UTF8.GetBytes(name))).Raw(0).U32(function);

    private static WasmBytes List(List<WasmBytes> items)
    {
        var bytes = new WasmBytes().U32((uint)items.Count);
        items.ForEach(i => bytes.Raw(i.ToArray()));
        return bytes;
    }
}
