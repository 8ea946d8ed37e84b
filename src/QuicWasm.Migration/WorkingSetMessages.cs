using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>The owner of a program says what it touched first: the memory node keeps that with the image.</summary>
internal sealed record KeepWorkingSetMessage(Guid Image, Guid Claimant, ulong Epoch, ImmutableArray<PartRange> Ranges) : Message
{
    public override MessageKind Kind => MessageKind.KeepWorkingSet;

    public static KeepWorkingSetMessage Read(ref MessageReader reader) =>
        new(reader.Guid(), reader.Guid(), reader.UInt64(), PartRangeList.Read(ref reader));

    public bool Equals(KeepWorkingSetMessage? other) => other is not null
        && (Image, Claimant, Epoch) == (other.Image, other.Claimant, other.Epoch) && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Image, Ranges.Length);

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Image);
        writer.Guid(Claimant);
        writer.UInt64(Epoch);
        PartRangeList.Write(writer, Ranges);
    }
}

/// <summary>The list is kept.</summary>
internal sealed record WorkingSetKeptMessage(Guid Image) : Message
{
    public override MessageKind Kind => MessageKind.WorkingSetKept;

    public static WorkingSetKeptMessage Read(ref MessageReader reader) => new(reader.Guid());

    protected override void Write(MessageWriter writer) => writer.Guid(Image);
}

/// <summary>Ranges of parts in messages.</summary>
internal static class PartRangeList
{
    public static ImmutableArray<PartRange> Read(ref MessageReader reader)
    {
        int count = reader.Count(ProtocolLimits.MaxHints, "ranges");
        var ranges = ImmutableArray.CreateBuilder<PartRange>();
        for (int i = 0; i < count; i++)
        {
            PartRange range = new(reader.Count(int.MaxValue, "as a part's number"), reader.Varint(), reader.Varint());
            ranges.Add(range.LengthBytes > 0 ? range : throw reader.Violation("an empty range"));
        }

        return ranges.ToImmutable();
    }

    public static void Write(MessageWriter writer, ImmutableArray<PartRange> ranges)
    {
        writer.Varint((ulong)ranges.Length);
        foreach (PartRange range in ranges)
        {
            writer.Varint((ulong)range.Part);
            writer.Varint(range.Offset);
            writer.Varint(range.LengthBytes);
        }
    }
}
