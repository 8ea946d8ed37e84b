using QuicWasm.Modules;
using static QuicWasm.State.Tests.WasmBuilder;

namespace QuicWasm.State.Tests;

/// <summary>Modules that have something of everything.</summary>
internal static class Samples
{
    /// <summary>
    /// Exports memory, table and global; has passive and active segments; <c>run</c> counts from 0 to its argument, calls
    /// <c>step</c> each time, which stores the count in memory and adds it to the global, and returns the sum.
    /// </summary>
    public static byte[] Main { get; } = new WasmBuilder()
        .Type([I32], [I32])
        .Type([], [])
        .Type([I32], [])
        .Import("host", "note", 0x00, 2)
        .Table(FuncRef, 1, 6, 12)
        .Memory(1, 2, 8)
        .Global(I32, 1, 0x41, 7, 0x0B)
        .Global(I64, 0, 0x42, 0x7F, 0x0B)
        .Global([V128, 1, 0xFD, 12, .. Enumerable.Range(1, 16).Select(i => (byte)i), 0x0B])
        .Global(FuncRef, 1, 0xD2, 1, 0x0B)
        .Global(ExternRef, 1, 0xD0, ExternRef, 0x0B)
        .Export("memory", 2, 0)
        .Export("table", 1, 0)
        .Export("sum", 3, 0)
        .Export("run", 0, 2)
        .Export("_start", 0, 3)
        .Element(0, 0x41, 1, 0x0B, 2, 1, 2)
        .Element(1, 0, 3, 1, 2, 3)
        .Data([0, 0x41, 16, 0x0B], "active"u8.ToArray())
        .Data([1], "passive bytes"u8.ToArray())
        .Function("step", 2, [],
            // memory[4 * (n + 16)] = n
            0x20, 0, 0x41, 16, 0x6A, 0x41, 2, 0x74, 0x20, 0, 0x36, 2, 0,
            // sum += n
            0x23, 0, 0x20, 0, 0x6A, 0x24, 0)
        .Function("run", 0, [1, I32],
            0x03, 0x40, // loop
            0x20, 1, 0x10, 1, // step(i)
            0x20, 1, 0x10, 0, // note(i)
            0x20, 1, 0x41, 1, 0x6A, 0x22, 1, // i += 1
            0x20, 0, 0x49, 0x0D, 0, // i < n: again
            0x0B,
            0x23, 0)
        .Function("_start", 1, [], 0x41, 20, 0x10, 2, 0x1A)
        .Build("main");

    /// <summary>Shares the memory, table and global of <see cref="Main"/>, and has an externref table of its own.</summary>
    public static byte[] Side { get; } = new WasmBuilder()
        .Type([], [I32])
        .Import("main", "memory", 2, 0, 1)
        .Import("main", "table", 1, FuncRef, 0, 2)
        .Import("main", "sum", 3, I32, 1)
        .Table(ExternRef, 0, 3)
        .Global(I64, 1, 0x42, 5, 0x0B)
        .Export("look", 0, 0)
        .Data([1], "side"u8.ToArray())
        .Function("look", 0, [], 0x23, 0)
        .Build("side");

    /// <summary><c>run</c> copies passive segments, and then calls through the table as often as its argument says.</summary>
    public static byte[] Indirect { get; } = new WasmBuilder()
        .Type([I32], [I32])
        .Table(FuncRef, 0, 4)
        .Memory(0, 1)
        .Global(I64, 1, 0x42, 3, 0x0B)
        .Export("run", 0, 2)
        .Element(0, 0x41, 0, 0x0B, 2, 0, 1)
        .Element(1, 0, 2, 1, 0)
        .Data([1], "abcdef"u8.ToArray())
        .Function("double", 0, [], 0x20, 0, 0x41, 1, 0x74)
        .Function("increment", 0, [],
            0x23, 0, 0x42, 1, 0x7C, 0x24, 0, // global += 1
            0x20, 0, 0x41, 1, 0x6A)
        .Function("run", 0, [2, I32],
            0x41, 2, 0x41, 0, 0x41, 2, 0xFC, 12, 1, 0, // table.init
            0x41, 8, 0x41, 1, 0x41, 4, 0xFC, 8, 0, 0, // memory.init
            0x03, 0x40,
            0x20, 2, 0x20, 1, 0x41, 3, 0x71, 0x11, 0, 0, 0x21, 2, // sum = table[i & 3](sum)
            0x20, 1, 0x41, 1, 0x6A, 0x22, 1, 0x20, 0, 0x49, 0x0D, 0,
            0x0B,
            0xFC, 9, 0, // data.drop
            0x20, 2, 0x41, 8, 0x2D, 0, 0, 0x6A)
        .Build("indirect");

    public static ValidatedModule LoadMain() => ModuleLoader.Load(Main);

    public static ValidatedModule LoadSide() => ModuleLoader.Load(Side);
}
