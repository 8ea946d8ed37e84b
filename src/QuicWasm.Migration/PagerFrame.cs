namespace QuicWasm.Migration;

/// <summary>One message between a running node and its pager.</summary>
/// <param name="Verb">What it says.</param>
/// <param name="Id">The request that it is, or answers; for what the pager says unasked, the image's number.</param>
/// <param name="Body">The rest.</param>
/// <param name="Descriptors">What came with it; the receiver's.</param>
internal sealed record PagerFrame(PagerVerb Verb, ulong Id, byte[] Body, nint[] Descriptors)
{
    /// <summary>Puts a body together.</summary>
    public static byte[] Write(Action<BinaryWriter> write)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads the body.</summary>
    public BinaryReader Read() => new(new MemoryStream(Body));
}
