using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>Has a program frozen; flat: with what is still at another node. The empty id stands for the only program.</summary>
internal sealed record FreezeMessage(Guid Program, bool IsFlat = false) : Message
{
    public override MessageKind Kind => MessageKind.Freeze;

    public static FreezeMessage Read(ref MessageReader reader) => new(reader.Guid(), reader.Flag());

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Program);
        writer.Flag(IsFlat);
    }
}

/// <summary>The program is frozen; this is its image.</summary>
internal sealed record FrozenMessage(Guid Image) : Message
{
    public override MessageKind Kind => MessageKind.Frozen;

    public static FrozenMessage Read(ref MessageReader reader) => new(reader.Guid());

    protected override void Write(MessageWriter writer) => writer.Guid(Image);
}

/// <summary>How a node is doing.</summary>
internal sealed record StatusReportMessage(NodeStatus Status) : Message
{
    public override MessageKind Kind => MessageKind.StatusReport;

    public static StatusReportMessage Read(ref MessageReader reader)
    {
        string name = reader.Text(ProtocolLimits.MaxNameBytes);
        int count = reader.Count(ProtocolLimits.MaxListed, "programs");
        ImmutableArray<ProgramEntry>.Builder programs = ImmutableArray.CreateBuilder<ProgramEntry>();
        for (int i = 0; i < count; i++)
        {
            programs.Add(new ProgramEntry(reader.Guid(), reader.Text(ProtocolLimits.MaxNameBytes)));
        }

        return new StatusReportMessage(new NodeStatus(
            name, programs.ToImmutable(), reader.Count(int.MaxValue, "images"), reader.Count(int.MaxValue, "connections"), reader.UInt64(), reader.UInt64()));
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Text(Status.NodeName, ProtocolLimits.MaxNameBytes);
        writer.Varint((ulong)Status.Programs.Length);
        foreach (ProgramEntry program in Status.Programs)
        {
            writer.Guid(program.Id);
            writer.Text(program.Name, ProtocolLimits.MaxNameBytes);
        }

        writer.Varint((ulong)Status.ImageCount);
        writer.Varint((ulong)Status.ConnectionCount);
        writer.UInt64(Status.GranulesSent);
        writer.UInt64(Status.BytesSent);
    }
}
