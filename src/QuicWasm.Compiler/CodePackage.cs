using System.Collections.Immutable;
using System.Text;

namespace QuicWasm.Compiler;

/// <summary>A function, or version, in a package.</summary>
/// <param name="Key">Which.</param>
/// <param name="WarmLength">Where the function's own code ends.</param>
/// <param name="Places">Where in its CIL the code of a pc is over, in their order.</param>
internal sealed record PackagedFunction(CodeKey Key, int WarmLength, ImmutableArray<(int Offset, int Pc)> Places);

/// <summary>
/// Compiled code of a module as bytes: an assembly of CIL, and what the engine knows of each method in it, in the order in which they were compiled
/// first. Whoever loads it trusts it as much as the engine itself: it comes from a cache of this user, or from a peer that was authenticated.
/// </summary>
internal sealed record CodePackage(
    string Identity, ImmutableArray<byte> Sha256, CodeVariant Variant, ImmutableArray<PackagedFunction> Functions, ReadOnlyMemory<byte> Assembly)
{
    private const uint Magic = 0x31435751;
    private const int MaxFunctions = 1 << 20;

    /// <summary>The package as bytes.</summary>
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Identity);
            writer.Write(Sha256.AsSpan());
            writer.Write(Variant.IsGuarded);
            writer.Write(Variant.HasSafePoints);
            writer.Write(Functions.Length);
            foreach (PackagedFunction function in Functions)
            {
                Write(writer, function);
            }

            writer.Write(Assembly.Length);
            writer.Write(Assembly.Span);
        }

        return stream.ToArray();
    }

    /// <summary>Reads a package; null where the bytes are none.</summary>
    public static CodePackage? Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
            return Read(reader, bytes.Length);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            return null;
        }
    }

    private static CodePackage? Read(BinaryReader reader, int lengthBytes)
    {
        if (reader.ReadUInt32() != Magic)
        {
            return null;
        }

        string identity = reader.ReadString();
        ImmutableArray<byte> sha256 = [.. reader.ReadBytes(32)];
        var variant = new CodeVariant(reader.ReadBoolean(), reader.ReadBoolean());
        int count = reader.ReadInt32();
        if (count is < 0 or > MaxFunctions)
        {
            return null;
        }

        ImmutableArray<PackagedFunction>.Builder functions = ImmutableArray.CreateBuilder<PackagedFunction>();
        for (int i = 0; i < count; i++)
        {
            if (ReadFunction(reader, lengthBytes) is not { } function)
            {
                return null;
            }

            functions.Add(function);
        }

        int assemblyBytes = reader.ReadInt32();
        byte[] assembly = reader.ReadBytes(assemblyBytes);
        return assembly.Length == assemblyBytes && reader.BaseStream.Position == lengthBytes ? new CodePackage(identity, sha256, variant, functions.ToImmutable(), assembly) : null;
    }

    private static PackagedFunction? ReadFunction(BinaryReader reader, int lengthBytes)
    {
        var key = new CodeKey(reader.ReadInt32(), reader.ReadInt32());
        int warmLength = reader.ReadInt32();
        int places = reader.ReadInt32();
        if (places < 0 || places > lengthBytes / 8)
        {
            return null;
        }

        var read = ImmutableArray.CreateBuilder<(int, int)>(places);
        for (int i = 0; i < places; i++)
        {
            read.Add((reader.ReadInt32(), reader.ReadInt32()));
        }

        return new PackagedFunction(key, warmLength, read.ToImmutable());
    }

    private static void Write(BinaryWriter writer, PackagedFunction function)
    {
        writer.Write(function.Key.DefinedIndex);
        writer.Write(function.Key.LoopPc);
        writer.Write(function.WarmLength);
        writer.Write(function.Places.Length);
        foreach ((int offset, int pc) in function.Places)
        {
            writer.Write(offset);
            writer.Write(pc);
        }
    }
}
