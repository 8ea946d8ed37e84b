using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Asks for what the source's engine has compiled of an open image's modules, for an engine of this identity.</summary>
internal sealed record GetCodeMessage(uint Handle, string Identity) : Message
{
    public override MessageKind Kind => MessageKind.GetCode;

    public static GetCodeMessage Read(ref MessageReader reader) => new(reader.UInt32(), reader.Text(ProtocolLimits.MaxNameBytes));

    protected override void Write(MessageWriter writer)
    {
        writer.UInt32(Handle);
        writer.Text(Identity, ProtocolLimits.MaxNameBytes);
    }
}

/// <summary>Compiled code, of some of an image's modules.</summary>
internal sealed record CodeMessage(ImmutableArray<ReadOnlyMemory<byte>> Packages) : Message
{
    /// <summary>More than the count, or one length, takes.</summary>
    public const int OverheadBytes = 16;

    public override MessageKind Kind => MessageKind.Code;

    public static CodeMessage Read(ref MessageReader reader)
    {
        var packages = new ReadOnlyMemory<byte>[reader.Count(ProtocolLimits.MaxPackages, "packages of code")];
        for (int i = 0; i < packages.Length; i++)
        {
            packages[i] = reader.Bytes(reader.Count(ProtocolLimits.MaxAnswerBytes, "bytes of code")).ToArray();
        }

        return new CodeMessage([.. packages]);
    }

    public bool Equals(CodeMessage? other) =>
        other is not null && Packages.Length == other.Packages.Length && Packages.Zip(other.Packages).All(static p => p.First.Span.SequenceEqual(p.Second.Span));

    public override int GetHashCode() => Packages.Length;

    protected override void Write(MessageWriter writer)
    {
        writer.Varint((ulong)Packages.Length);
        foreach (ReadOnlyMemory<byte> package in Packages)
        {
            writer.Varint((ulong)package.Length);
            writer.Bytes(package.Span);
        }
    }
}
