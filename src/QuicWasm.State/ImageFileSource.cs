using Microsoft.Win32.SafeHandles;
using QuicWasm.Native;

namespace QuicWasm.State;

/// <summary>
/// An image file, opened. A part's checksum is compared whenever the part is read from its beginning to its end in order, in
/// whatever pieces; <see cref="Verify"/> does so for all of them.
/// </summary>
public sealed class ImageFileSource : IImageSource
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly ImageFileTable _table;
    private readonly Lock _lock = new();
    private readonly (ulong Next, uint Checksum)[] _progress;

    internal ImageFileSource(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        Span<byte> bytes = stackalloc byte[ImageFileHeader.Bytes];
        ReadFile(0, bytes);
        ImageFileHeader header = ImageFileHeader.Read(bytes, path, RandomAccess.GetLength(file));
        var table = new byte[header.TableBytes];
        ReadFile(header.TableOffset, table);
        if (Crc32C.Append(0, table) != header.TableChecksum)
        {
            throw new ImageException(ImageError.Corrupt, $"{path}: the part table does not match its checksum");
        }

        _table = ImageFileTable.Decode(table, path);
        if (_table.EndOffset != header.TableOffset)
        {
            throw new ImageException(ImageError.Corrupt, $"{path}: the parts end at byte {_table.EndOffset}, and the part table begins at {header.TableOffset}");
        }

        _progress = new (ulong, uint)[Layout.Parts.Length];
        CheckGaps();
    }

    /// <inheritdoc/>
    public ImageLayout Layout => _table.Layout;

    /// <summary>Bytes of memory that the file stores; the others are zero.</summary>
    public ulong StoredMemoryBytes(int part) => _table.RunsOf(Layout.Part(part, 0, 0).Number)?.StoredBytes ?? 0;

    /// <inheritdoc/>
    public void Read(int part, ulong offset, Span<byte> destination)
    {
        ImagePart description = Layout.Part(part, offset, (ulong)destination.Length);
        ulong position = offset;
        Span<byte> rest = destination;
        while (!rest.IsEmpty)
        {
            (bool isStored, ulong end) = Stretch(description, position);
            int length = (int)Math.Min((ulong)rest.Length, end - position);
            if (isStored)
            {
                ReadFile(_table.OffsetOf(part) + position, rest[..length]);
            }
            else
            {
                rest[..length].Clear();
            }

            position += (ulong)length;
            rest = rest[length..];
        }

        Follow(description, offset, destination);
    }

    /// <inheritdoc/>
    public ulong KnownZeroBytes(int part, ulong offset)
    {
        ImagePart description = Layout.Part(part, offset, 0);
        (bool isStored, ulong end) = Stretch(description, offset);
        return isStored ? 0 : end - offset;
    }

    /// <summary>Reads every part and compares its checksum.</summary>
    /// <exception cref="ImageException">A part does not match.</exception>
    public void Verify()
    {
        var buffer = new byte[1 << 20];
        foreach (ImagePart part in Layout.Parts)
        {
            for (ulong offset = 0; offset < part.LengthBytes;)
            {
                ulong zeros = KnownZeroBytes(part.Number, offset);
                int length = (int)Math.Min((ulong)buffer.Length, part.LengthBytes - offset);
                if (zeros == 0)
                {
                    Read(part.Number, offset, buffer.AsSpan(0, length));
                }

                offset += zeros == 0 ? (ulong)length : zeros;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private (bool IsStored, ulong End) Stretch(ImagePart part, ulong offset) =>
        _table.RunsOf(part.Number) is { } runs ? runs.StretchAt(offset, part.LengthBytes) : (true, part.LengthBytes);

    /// <summary>The first stored byte at or after an offset, or the end of the part.</summary>
    private ulong NextStored(ImagePart part, ulong offset)
    {
        (bool isStored, ulong end) = offset < part.LengthBytes ? Stretch(part, offset) : (true, offset);
        return isStored ? offset : end;
    }

    /// <summary>Goes on with a part's checksum where a read begins at the end of the one before, and compares it at the end.</summary>
    private void Follow(ImagePart part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ref (ulong Next, uint Checksum) progress = ref _progress[part.Number];
            ulong start = NextStored(part, offset);
            if (start == NextStored(part, 0))
            {
                progress = (start, 0);
            }

            ulong end = offset + (ulong)bytes.Length;
            if (start != progress.Next || start >= end)
            {
                return;
            }

            for (ulong position = start; position < end;)
            {
                ulong stop = Math.Min(end, Stretch(part, position).End);
                progress.Checksum = Crc32C.Append(progress.Checksum, bytes[(int)(position - offset)..(int)(stop - offset)]);
                position = NextStored(part, stop);
                progress.Next = position;
            }

            if (progress.Next >= part.LengthBytes && progress.Checksum != _table.ChecksumOf(part.Number))
            {
                throw new ImageException(ImageError.Corrupt, $"{_path}: {part.Describe()} does not match its checksum");
            }
        }
    }

    /// <summary>Checks that the bytes that align memories are zero.</summary>
    private void CheckGaps()
    {
        Span<byte> gap = stackalloc byte[ZeroPages.PageBytes];
        ulong end = ImageFileHeader.Bytes;
        foreach (ImagePart part in Layout.Parts)
        {
            ulong start = _table.OffsetOf(part.Number);
            if (start > end)
            {
                Span<byte> bytes = gap[..(int)(start - end)];
                ReadFile(end, bytes);
                if (bytes.ContainsAnyExcept((byte)0))
                {
                    throw new ImageException(ImageError.Corrupt, $"{_path}: the bytes before {part.Describe()} are not zero");
                }
            }

            end = start + part.LengthBytes;
        }
    }

    private void ReadFile(ulong offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_file, destination, (long)offset);
                if (count == 0)
                {
                    throw new ImageException(ImageError.Corrupt, $"{_path} ends at byte {offset}, where more is needed");
                }

                offset += (ulong)count;
                destination = destination[count..];
            }
        }
        catch (IOException e)
        {
            throw new ImageException(ImageError.Unavailable, $"{_path} cannot be read: {e.Message}", e);
        }
    }
}
