using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using QuicWasm.Native;

namespace QuicWasm.State;

/// <summary>Writes one image file: the parts in one pass, then the table, then the header.</summary>
internal sealed class ImageFileWriter(IImageSource source, SafeFileHandle file)
{
    private const int BufferBytes = 1 << 20;

    private readonly ImageFileTable _table = new(source.Layout);
    private readonly byte[] _buffer = new byte[BufferBytes];

    public void Write()
    {
        foreach (ImagePart part in source.Layout.Parts)
        {
            if (part.Kind == PartKind.Memory)
            {
                WriteMemory(part);
            }
            else
            {
                WritePart(part);
            }
        }

        byte[] table = _table.Encode();
        RandomAccess.Write(file, table, (long)_table.EndOffset);
        Span<byte> header = stackalloc byte[ImageFileHeader.Bytes];
        new ImageFileHeader(_table.EndOffset, (uint)table.Length, Crc32C.Append(0, table)).Write(header);
        RandomAccess.Write(file, header, 0);
        RandomAccess.FlushToDisk(file);
    }

    private void WritePart(ImagePart part)
    {
        uint checksum = 0;
        for (ulong offset = 0; offset < part.LengthBytes;)
        {
            Span<byte> chunk = _buffer.AsSpan(0, (int)Math.Min(BufferBytes, part.LengthBytes - offset));
            source.Read(part.Number, offset, chunk);
            checksum = Crc32C.Append(checksum, chunk);
            RandomAccess.Write(file, chunk, (long)(_table.OffsetOf(part.Number) + offset));
            offset += (ulong)chunk.Length;
        }

        _table.Set(part.Number, checksum, null);
    }

    private void WriteMemory(ImagePart part)
    {
        var runs = ImmutableArray.CreateBuilder<(ulong FirstPage, ulong PageCount)>();
        uint checksum = 0;
        for (ulong offset = 0; offset < part.LengthBytes;)
        {
            ulong zeros = source.KnownZeroBytes(part.Number, offset) & ~(ZeroPages.PageBytes - 1UL);
            if (zeros > 0)
            {
                offset += zeros;
                continue;
            }

            Span<byte> chunk = _buffer.AsSpan(0, (int)Math.Min(BufferBytes, part.LengthBytes - offset));
            source.Read(part.Number, offset, chunk);
            checksum = WriteStored(part, offset, chunk, checksum, runs);
            offset += (ulong)chunk.Length;
        }

        _table.Set(part.Number, checksum, new PageRuns(runs.DrainToImmutable()));
    }

    /// <summary>Writes the pages of a chunk that are not zero; the others stay holes of the file.</summary>
    private uint WriteStored(ImagePart part, ulong offset, ReadOnlySpan<byte> chunk, uint checksum, ImmutableArray<(ulong FirstPage, ulong PageCount)>.Builder runs)
    {
        while (!chunk.IsEmpty)
        {
            int length = ZeroPages.RunLength(chunk, out bool isZero);
            if (!isZero)
            {
                checksum = Crc32C.Append(checksum, chunk[..length]);
                RandomAccess.Write(file, chunk[..length], (long)(_table.OffsetOf(part.Number) + offset));
                AddRun(runs, offset / ZeroPages.PageBytes, (ulong)length / ZeroPages.PageBytes);
            }

            offset += (ulong)length;
            chunk = chunk[length..];
        }

        return checksum;
    }

    private static void AddRun(ImmutableArray<(ulong FirstPage, ulong PageCount)>.Builder runs, ulong firstPage, ulong pageCount)
    {
        if (runs.Count > 0 && runs[^1].FirstPage + runs[^1].PageCount == firstPage)
        {
            runs[^1] = (runs[^1].FirstPage, runs[^1].PageCount + pageCount);
        }
        else
        {
            runs.Add((firstPage, pageCount));
        }
    }
}
