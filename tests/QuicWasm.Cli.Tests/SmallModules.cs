using System.Text;

namespace QuicWasm.Cli.Tests;

/// <summary>Modules of a few bytes, for the edges of the command line.</summary>
internal static class SmallModules
{
    private const byte End = 0x0B;

    /// <summary>A command that exits with a code from 0 to 63.</summary>
    public static byte[] Exits(byte code) => Module(
        Section(1, [2, 0x60, 1, 0x7F, 0, 0x60, 0, 0]),
        Section(2, [1, .. Text("wasi_snapshot_preview1"), .. Text("proc_exit"), 0, 0]),
        Section(3, [1, 1]),
        Section(7, [1, .. Text("_start"), 0, 1]),
        Section(10, [1, 6, 0, 0x41, code, 0x10, 0, End]));

    /// <summary>A command that calls a function "boom", which traps.</summary>
    public static byte[] Traps { get; } = Module(
        Section(1, [1, 0x60, 0, 0]),
        Section(3, [2, 0, 0]),
        Section(7, [1, .. Text("_start"), 0, 0]),
        Section(10, [2, 4, 0, 0x10, 1, End, 3, 0, 0x00, End]),
        Section(0, [.. Text("name"), .. Section(1, [2, 0, .. Text("start"), 1, .. Text("boom")])]));

    /// <summary>A command whose function leaves a value that it must not leave.</summary>
    public static byte[] Invalid { get; } = Module(
        Section(1, [1, 0x60, 0, 0]),
        Section(3, [1, 0]),
        Section(7, [1, .. Text("_start"), 0, 0]),
        Section(10, [1, 4, 0, 0x41, 1, End]));

    /// <summary>A command that writes its arguments, each with a zero behind it, and 16 random bytes.</summary>
    public static byte[] ShowsItself { get; } = Module(
        Section(1, [3, 0x60, 2, 0x7F, 0x7F, 1, 0x7F, 0x60, 4, 0x7F, 0x7F, 0x7F, 0x7F, 1, 0x7F, 0x60, 0, 0]),
        [
            2, 0x91, 1, 4,
            .. Text("wasi_snapshot_preview1"), .. Text("args_sizes_get"), 0, 0,
            .. Text("wasi_snapshot_preview1"), .. Text("args_get"), 0, 0,
            .. Text("wasi_snapshot_preview1"), .. Text("random_get"), 0, 0,
            .. Text("wasi_snapshot_preview1"), .. Text("fd_write"), 0, 1,
        ],
        Section(3, [1, 2]),
        Section(5, [1, 0, 1]),
        Section(7, [2, .. Text("memory"), 2, 0, .. Text("_start"), 0, 4]),
        Section(10,
        [
            1, 91, 0,
            0x41, 0xD8, 4, 0x41, 0xDC, 4, 0x10, 0, 0x1A, // args_sizes_get(600, 604)
            0x41, 0, 0x41, 0x80, 2, 0x10, 1, 0x1A, // args_get(0, 256)
            0x41, 0x80, 4, 0x41, 0x80, 2, 0x36, 2, 0, // [512] = 256
            0x41, 0x80, 4, 0x41, 0xDC, 4, 0x28, 2, 0, 0x36, 2, 4, // [516] = [604]
            0x41, 1, 0x41, 0x80, 4, 0x41, 1, 0x41, 0xEC, 4, 0x10, 3, 0x1A, // fd_write(1, 512, 1, 620)
            0x41, 0x80, 5, 0x41, 0x10, 0x10, 2, 0x1A, // random_get(640, 16)
            0x41, 0x80, 4, 0x41, 0x80, 5, 0x36, 2, 0, // [512] = 640
            0x41, 0x80, 4, 0x41, 0x10, 0x36, 2, 4, // [516] = 16
            0x41, 1, 0x41, 0x80, 4, 0x41, 1, 0x41, 0xEC, 4, 0x10, 3, 0x1A,
            End,
        ]));

    public static byte[] Module(params byte[][] sections) => [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0, .. sections.SelectMany(s => s)];

    /// <summary>A section of less than 128 bytes.</summary>
    public static byte[] Section(byte id, byte[] content) => [id, (byte)content.Length, .. content];

    public static byte[] Text(string text) => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)];
}
