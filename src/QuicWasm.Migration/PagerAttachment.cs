using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>What a pager is told of an image: where it is, on whose behalf it is fetched, how it is cut, and which memories have a file.</summary>
/// <param name="Image">The image's number between this node and its pager.</param>
/// <param name="Endpoint">The memory node.</param>
/// <param name="Request">Which image, and how it is cut.</param>
/// <param name="Claimant">Who has claimed it.</param>
/// <param name="Deadline">How long the memory node may send nothing while something is waited for.</param>
/// <param name="CountsTouches">Whether pages are to be mapped one by one, so that those that were touched are those that are mapped.</param>
/// <param name="Memories">The parts whose files come with this, and their lengths in bytes.</param>
internal sealed record PagerAttachment(
    uint Image, string Endpoint, MigrationRequest Request, Guid Claimant, TimeSpan Deadline, bool CountsTouches, ImmutableArray<(int Part, ulong LengthBytes)> Memories)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Image);
        writer.Write(Endpoint);
        writer.Write(Request.Image.ToByteArray());
        writer.Write((byte)Request.Granularity);
        writer.Write(Request.Options.PageBytes);
        writer.Write((byte)Request.Options.Mode);
        writer.Write(Request.Options.EagerMemory);
        writer.Write((byte)Request.Prefetch);
        writer.Write(Request.RecordTime.Ticks);
        writer.Write((byte)Request.Compression);
        writer.Write(Request.IsShared);
        writer.Write(Claimant.ToByteArray());
        writer.Write(Deadline.Ticks);
        writer.Write(CountsTouches);
        writer.Write(Memories.Length);
        foreach ((int part, ulong length) in Memories)
        {
            writer.Write(part);
            writer.Write(length);
        }
    }

    public static PagerAttachment Read(BinaryReader reader)
    {
        uint image = reader.ReadUInt32();
        string endpoint = reader.ReadString();
        MigrationRequest request = new()
        {
            Image = new Guid(reader.ReadBytes(16)),
            Granularity = (Granularity)reader.ReadByte(),
            Options = new GranularityOptions(reader.ReadInt32(), (CopyMode)reader.ReadByte(), reader.ReadBoolean()),
            Prefetch = (Prefetch)reader.ReadByte(),
            RecordTime = new TimeSpan(reader.ReadInt64()),
            Compression = (Compression)reader.ReadByte(),
            IsShared = reader.ReadBoolean(),
        };
        Guid claimant = new(reader.ReadBytes(16));
        TimeSpan deadline = new(reader.ReadInt64());
        bool countsTouches = reader.ReadBoolean();
        var memories = ImmutableArray.CreateBuilder<(int, ulong)>();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            memories.Add((reader.ReadInt32(), reader.ReadUInt64()));
        }

        return new PagerAttachment(image, endpoint, request, claimant, deadline, countsTouches, memories.ToImmutable());
    }
}
