using System.Buffers;

namespace QuicWasm.Migration;

/// <summary>What two nodes say to each other, but for the granules' bytes. See docs/wire-protocol.md, section 3.</summary>
internal abstract record Message
{
    public abstract MessageKind Kind { get; }

    /// <summary>Reads a message and checks every field of it.</summary>
    /// <exception cref="MigrationException">It is malformed, or of a kind that is not known.</exception>
    public static Message Read(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        MessageReader reader = new(kind, payload);
        Message message = kind switch
        {
            MessageKind.Hello => HelloMessage.Read(ref reader),
            MessageKind.Error => ErrorMessage.Read(ref reader),
            MessageKind.ImageList => ImageListMessage.Read(ref reader),
            MessageKind.OpenImage => OpenImageMessage.Read(ref reader),
            MessageKind.ImageOpened => ImageOpenedMessage.Read(ref reader),
            MessageKind.GetGranules => GetGranulesMessage.Read(ref reader),
            MessageKind.Claim => ClaimMessage.Read(ref reader),
            MessageKind.Claimed => ClaimedMessage.Read(ref reader),
            MessageKind.Freeze => FreezeMessage.Read(ref reader),
            MessageKind.Frozen => FrozenMessage.Read(ref reader),
            MessageKind.StatusReport => StatusReportMessage.Read(ref reader),
            MessageKind.GranuleZeros => GranuleZerosMessage.Read(ref reader),
            MessageKind.Order => OrderMessage.Read(ref reader),
            MessageKind.Ordered => OrderedMessage.Read(ref reader),
            MessageKind.AwaitEnd => AwaitEndMessage.Read(ref reader),
            MessageKind.End => EndMessage.Read(ref reader),
            MessageKind.GetCode => GetCodeMessage.Read(ref reader),
            MessageKind.Code => CodeMessage.Read(ref reader),
            MessageKind.KeepWorkingSet => KeepWorkingSetMessage.Read(ref reader),
            MessageKind.WorkingSetKept => WorkingSetKeptMessage.Read(ref reader),
            MessageKind.Fork => ForkMessage.Read(ref reader),
            MessageKind.ForkOrder => ForkOrderMessage.Read(ref reader),
            MessageKind.ForkOrdered => ForkOrderedMessage.Read(ref reader),
            MessageKind.ListImages or MessageKind.Status => new PlainMessage(kind),
            _ when OwnershipMessage.IsKind(kind) => OwnershipMessage.Read(kind, ref reader),
            _ => throw new MigrationException(MigrationError.ProtocolViolation, $"a message of the unknown kind {(byte)kind}"),
        };
        reader.End();
        return message;
    }

    /// <summary>Writes the message's fields.</summary>
    public void Write(IBufferWriter<byte> output) => Write(new MessageWriter(output));

    protected abstract void Write(MessageWriter writer);
}

/// <summary>A message without fields.</summary>
internal sealed record PlainMessage(MessageKind Plain) : Message
{
    public override MessageKind Kind => Plain;

    protected override void Write(MessageWriter writer)
    {
    }
}

/// <summary>The first message of a connection, in both directions.</summary>
internal sealed record HelloMessage(ushort Version, uint MaxMessageBytes, string NodeName, byte Codecs = 0) : Message
{
    public override MessageKind Kind => MessageKind.Hello;

    public static HelloMessage Read(ref MessageReader reader)
    {
        ushort version = reader.UInt16();
        if (version == ProtocolLimits.Version)
        {
            return new(version, reader.UInt32(), reader.Text(ProtocolLimits.MaxNameBytes), reader.Byte());
        }

        // What follows is that version's own.
        reader.Rest();
        return new(version, 0, "");
    }

    protected override void Write(MessageWriter writer)
    {
        writer.UInt16(Version);
        writer.UInt32(MaxMessageBytes);
        writer.Text(NodeName, ProtocolLimits.MaxNameBytes);
        writer.Byte(Codecs);
    }
}

/// <summary>The answer where a request cannot be met.</summary>
internal sealed record ErrorMessage(MigrationError Error, string Text) : Message
{
    public override MessageKind Kind => MessageKind.Error;

    public static ErrorMessage Read(ref MessageReader reader)
    {
        MigrationError error = (MigrationError)reader.Byte();
        return Enum.IsDefined(error)
            ? new ErrorMessage(error, reader.Text(ProtocolLimits.MaxTextBytes))
            : throw reader.Violation($"the unknown error {(byte)error}");
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Byte((byte)Error);
        writer.Text(Text, ProtocolLimits.MaxTextBytes);
    }
}
