using System.Collections.Immutable;
using QuicWasm.Native;
using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>The images of a node.</summary>
internal sealed record ImageListMessage(ImmutableArray<ImageEntry> Images) : Message
{
    public override MessageKind Kind => MessageKind.ImageList;

    public static ImageListMessage Read(ref MessageReader reader)
    {
        int count = reader.Count(ProtocolLimits.MaxListed, "images");
        ImmutableArray<ImageEntry>.Builder images = ImmutableArray.CreateBuilder<ImageEntry>();
        for (int i = 0; i < count; i++)
        {
            Guid id = reader.Guid();
            string name = reader.Text(ProtocolLimits.MaxNameBytes);
            ImageState state = (ImageState)reader.Byte();
            if (!Enum.IsDefined(state))
            {
                throw reader.Violation($"the unknown image state {(byte)state}");
            }

            images.Add(new ImageEntry(id, name, state, reader.UInt64(), reader.UInt64()));
        }

        return new ImageListMessage(images.ToImmutable());
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Varint((ulong)Images.Length);
        foreach (ImageEntry image in Images)
        {
            writer.Guid(image.Id);
            writer.Text(image.Name, ProtocolLimits.MaxNameBytes);
            writer.Byte((byte)image.State);
            writer.UInt64(image.Epoch);
            writer.UInt64(image.LengthBytes);
        }
    }
}

/// <summary>Asks for an image's layout, and says how it is to be cut. The empty id stands for the only image.</summary>
internal sealed record OpenImageMessage(Guid Image, Granularity Granularity, GranularityOptions Options, Prefetch Hints = Prefetch.None) : Message
{
    public override MessageKind Kind => MessageKind.OpenImage;

    public static OpenImageMessage Read(ref MessageReader reader)
    {
        Guid image = reader.Guid();
        Granularity granularity = (Granularity)reader.Byte();
        uint pageBytes = reader.UInt32();
        CopyMode mode = (CopyMode)reader.Byte();
        bool eagerMemory = reader.Flag();
        var hints = (Prefetch)reader.Byte();
        if ((hints & ~(Prefetch.Stack | Prefetch.Recorded)) != 0)
        {
            throw reader.Violation($"the unknown hints {(byte)hints}");
        }

        return pageBytes <= GranularityOptions.MaximumPageBytes
            ? new OpenImageMessage(image, granularity, new GranularityOptions((int)pageBytes, mode, eagerMemory), hints)
            : throw reader.Violation($"pages of {pageBytes} bytes");
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Guid(Image);
        writer.Byte((byte)Granularity);
        writer.UInt32((uint)Options.PageBytes);
        writer.Byte((byte)Options.Mode);
        writer.Flag(Options.EagerMemory);
        writer.Byte((byte)(Hints & (Prefetch.Stack | Prefetch.Recorded)));
    }
}

/// <summary>An image is open in this connection, under a handle. Where hints were asked for: what is likely to be touched, the stack's first.</summary>
/// <param name="Handle">The handle.</param>
/// <param name="Name">The program's name.</param>
/// <param name="Layout">Its parts.</param>
/// <param name="StackHints">How many of the hints are the stack's.</param>
/// <param name="Hints">What is likely to be touched.</param>
internal sealed record ImageOpenedMessage(uint Handle, string Name, ImageLayout Layout, int StackHints = 0, ImmutableArray<PartRange> Hints = default) : Message
{
    public override MessageKind Kind => MessageKind.ImageOpened;

    public static ImageOpenedMessage Read(ref MessageReader reader)
    {
        uint handle = reader.UInt32();
        string name = reader.Text(ProtocolLimits.MaxNameBytes);
        ImmutableArray<PartRange> hints = PartRangeList.Read(ref reader);
        int stackHints = reader.Count(hints.Length, "hints of the stack");
        try
        {
            ImageLayout layout = ImageLayoutEncoding.Decode(reader.Rest());
            foreach (PartRange hint in hints)
            {
                layout.Part(hint.Part, hint.Offset, hint.LengthBytes);
            }

            return new ImageOpenedMessage(handle, name, layout, stackHints, hints);
        }
        catch (ImageException e)
        {
            throw reader.Violation(e.Message);
        }
    }

    protected override void Write(MessageWriter writer)
    {
        writer.UInt32(Handle);
        writer.Text(Name, ProtocolLimits.MaxNameBytes);
        PartRangeList.Write(writer, Hints.IsDefault ? [] : Hints);
        writer.Varint((ulong)StackHints);
        writer.Bytes(ImageLayoutEncoding.Encode(Layout));
    }
}

/// <summary>Asks for granules; they come in the order of the runs.</summary>
internal sealed record GetGranulesMessage(uint Handle, ImmutableArray<GranuleRun> Runs, BlockCodec Codec = BlockCodec.None) : Message
{
    public override MessageKind Kind => MessageKind.GetGranules;

    public static GetGranulesMessage Read(ref MessageReader reader)
    {
        uint handle = reader.UInt32();
        var codec = (BlockCodec)reader.Byte();
        if (!Enum.IsDefined(codec))
        {
            throw reader.Violation($"the unknown codec {(byte)codec}");
        }

        int count = reader.Count(ProtocolLimits.MaxRuns, "runs");
        if (count == 0)
        {
            throw reader.Violation("no runs");
        }

        GranuleRun[] runs = new GranuleRun[count];
        for (int i = 0; i < count; i++)
        {
            int first = reader.Count(int.MaxValue, "as a granule's id");
            int length = reader.Count(int.MaxValue - first, "granules in a run");
            runs[i] = length > 0 ? new GranuleRun(first, length) : throw reader.Violation("an empty run");
        }

        return new GetGranulesMessage(handle, ImmutableArray.Create(runs), codec);
    }

    public bool Equals(GetGranulesMessage? other) => other is not null && Handle == other.Handle && Codec == other.Codec && Runs.AsSpan().SequenceEqual(other.Runs.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Handle, Runs.Length);

    protected override void Write(MessageWriter writer)
    {
        writer.UInt32(Handle);
        writer.Byte((byte)Codec);
        writer.Varint((ulong)Runs.Length);
        foreach (GranuleRun run in Runs)
        {
            writer.Varint((ulong)run.First);
            writer.Varint((ulong)run.Count);
        }
    }
}

/// <summary>
/// In the place of a chunk: so many bytes from there on are zero. They go on in the granules that follow in the request's run, and are
/// of memories only.
/// </summary>
internal sealed record GranuleZerosMessage(int Granule, ulong Offset, ulong LengthBytes, uint ReadNs = 0) : Message
{
    public override MessageKind Kind => MessageKind.GranuleZeros;

    public static GranuleZerosMessage Read(ref MessageReader reader)
    {
        GranuleZerosMessage zeros = new(reader.Count(int.MaxValue, "as a granule's id"), reader.Varint(), reader.Varint(), reader.UInt32());
        return zeros.LengthBytes > 0 ? zeros : throw reader.Violation("no zeros");
    }

    protected override void Write(MessageWriter writer)
    {
        writer.Varint((ulong)Granule);
        writer.Varint(Offset);
        writer.Varint(LengthBytes);
        writer.UInt32(ReadNs);
    }
}
