using QuicWasm.Modules;

namespace QuicWasm.Runtime.Tests;

/// <summary>Modules that consist of one import.</summary>
internal static class ModuleBytes
{
    /// <summary>Imports a function [i32] -> [].</summary>
    public static readonly byte[] Function = [0x00, 0x00];

    /// <summary>Imports a table of at least 3 functions.</summary>
    public static readonly byte[] Table = [0x01, 0x70, 0x00, 3];

    /// <summary>Imports a memory of 1 to 1 pages.</summary>
    public static readonly byte[] Memory = [0x02, 0x01, 1, 1];

    /// <summary>Imports a mutable global of i64.</summary>
    public static readonly byte[] Global = [0x03, 0x7E, 0x01];

    /// <summary>A module with one import; <paramref name="descriptor"/> is what stands behind the names in the binary.</summary>
    public static ValidatedModule Importing(string module, string name, byte[] descriptor)
    {
        byte[] import = [1, (byte)module.Length, .. Text(module), (byte)name.Length, .. Text(name), .. descriptor];
        return ModuleLoader.Load((byte[])[.. "\0asm\u0001\0\0\0"u8, 0x01, 5, 1, 0x60, 1, 0x7F, 0, 0x02, (byte)import.Length, .. import]);
    }

    /// <summary>A module that defines a memory, or a table, of the given least size.</summary>
    public static ValidatedModule Defining(ExternalKind kind, ushort minimum)
    {
        byte[] size = [(byte)((minimum & 0x7F) | 0x80), (byte)(((minimum >> 7) & 0x7F) | 0x80), (byte)(minimum >> 14)];
        byte[] section = kind == ExternalKind.Memory ? [0x05, 5, 1, 0x00, .. size] : [0x04, 6, 1, 0x70, 0x00, .. size];
        return ModuleLoader.Load((byte[])[.. "\0asm\u0001\0\0\0"u8, .. section]);
    }

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
