namespace QuicWasm.State;

/// <summary>
/// The part table of an image file: the layout, and for each part its checksum and, for memories, the pages that are stored. Where
/// parts lie follows from it: one after another from the end of the header on, memories at multiples of 4096.
/// </summary>
internal sealed class ImageFileTable
{
    private readonly uint[] _checksums;
    private readonly PageRuns?[] _runs;
    private readonly ulong[] _offsets;

    public ImageFileTable(ImageLayout layout)
        : this(layout, new uint[layout.Parts.Length], new PageRuns?[layout.Parts.Length])
    {
    }

    private ImageFileTable(ImageLayout layout, uint[] checksums, PageRuns?[] runs)
    {
        Layout = layout;
        _checksums = checksums;
        _runs = runs;
        _offsets = new ulong[layout.Parts.Length];
        ulong offset = ImageFileHeader.Bytes;
        foreach (ImagePart part in layout.Parts)
        {
            if (part.Kind == PartKind.Memory)
            {
                offset = (offset + ZeroPages.PageBytes - 1) & ~(ZeroPages.PageBytes - 1UL);
            }

            _offsets[part.Number] = offset;
            offset += part.LengthBytes;
        }

        EndOffset = offset;
    }

    public ImageLayout Layout { get; }

    /// <summary>Where the last part ends, and the table begins.</summary>
    public ulong EndOffset { get; }

    public static ImageFileTable Decode(ReadOnlySpan<byte> bytes, string path)
    {
        var reader = new ImageReader(bytes, $"{path}: the part table");
        ImageLayout layout = ImageLayoutEncoding.Read(ref reader);
        var checksums = new uint[layout.Parts.Length];
        var runs = new PageRuns?[layout.Parts.Length];
        foreach (ImagePart part in layout.Parts)
        {
            checksums[part.Number] = reader.UInt32();
            if (part.Kind == PartKind.Memory)
            {
                if (part.LengthBytes % ZeroPages.PageBytes != 0)
                {
                    throw reader.Corrupt($"{part.Describe()} of {part.LengthBytes} bytes, which are not whole pages");
                }

                runs[part.Number] = PageRuns.Read(ref reader, part.LengthBytes);
            }
        }

        reader.End();
        return new ImageFileTable(layout, checksums, runs);
    }

    public byte[] Encode()
    {
        var writer = new ImageWriter();
        ImageLayoutEncoding.Write(writer, Layout);
        for (int part = 0; part < _checksums.Length; part++)
        {
            writer.UInt32(_checksums[part]);
            _runs[part]?.Write(writer);
        }

        return writer.ToArray();
    }

    public ulong OffsetOf(int part) => _offsets[part];

    /// <summary>CRC-32C of the part's bytes; of a memory's stored pages only.</summary>
    public uint ChecksumOf(int part) => _checksums[part];

    /// <summary>The stored pages of a memory; null for other parts.</summary>
    public PageRuns? RunsOf(int part) => _runs[part];

    public void Set(int part, uint checksum, PageRuns? runs)
    {
        _checksums[part] = checksum;
        _runs[part] = runs;
    }
}
