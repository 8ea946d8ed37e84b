using System.Text;
using System.Text.Unicode;

namespace QuicWasm.Modules;

/// <summary>Counts and names, which every section has (spec: binary/conventions, binary/values).</summary>
internal static class VectorReader
{
    /// <summary>
    /// Reads the length of a vector and checks it before anything is allocated: against an implementation limit, and against the
    /// bytes that are left, of which each item takes one at least.
    /// </summary>
    public static int ReadCount(ref CodeReader reader, int limit, string what)
    {
        long offset = reader.Offset;
        uint count = reader.ReadU32();
        if (count > (uint)limit)
        {
            throw new ModuleException(ModuleError.LimitExceeded, offset, $"{count} {what}; the limit is {limit}");
        }

        if (count > (uint)reader.Remaining)
        {
            throw new ModuleException(
                ModuleError.Malformed, offset, $"unexpected end of section or function: {count} {what} in {reader.Remaining} bytes");
        }

        return (int)count;
    }

    /// <summary>Reads a name, which must be UTF-8.</summary>
    public static string ReadName(ref CodeReader reader)
    {
        uint length = reader.ReadU32();
        if (length > (uint)reader.Remaining)
        {
            throw reader.Malformed($"length out of bounds: name of {length} bytes where {reader.Remaining} are left");
        }

        long offset = reader.Offset;
        ReadOnlySpan<byte> bytes = reader.ReadBytes((int)length);
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new ModuleException(ModuleError.Malformed, offset, "malformed UTF-8 encoding");
    }
}
