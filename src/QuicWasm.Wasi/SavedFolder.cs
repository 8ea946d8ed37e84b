using System.Text.Unicode;

namespace QuicWasm.Wasi;

/// <summary>A folder of the options, in a state.</summary>
/// <param name="GuestPath">The path by which the program knows it (UTF-8).</param>
internal sealed record SavedFolder(byte[] GuestPath)
{
    /// <summary>Fewest bytes that one takes.</summary>
    public const int LeastBytes = 5;

    /// <summary>What a folder in memory holds; null for a folder of the host.</summary>
    public SavedMemoryFolder? Memory { get; init; }

    public static SavedFolder Read(ref StateReader reader)
    {
        byte[] path = reader.Text();
        reader.Check(Utf8.IsValid(path), "a folder's path is no UTF-8");
        byte isMemory = reader.U8();
        reader.Check(isMemory <= 1, $"folder kind {isMemory}");
        return new SavedFolder(path) { Memory = isMemory == 1 ? SavedMemoryFolder.Read(ref reader) : null };
    }

    public void Write(StateWriter writer)
    {
        writer.Bytes(GuestPath);
        writer.U8(Memory is null ? (byte)0 : (byte)1);
        Memory?.Write(writer);
    }
}
