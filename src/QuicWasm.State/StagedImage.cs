using Microsoft.Win32.SafeHandles;

namespace QuicWasm.State;

/// <summary>An image that arrives piece by piece in a temporary file, from which it can then be read: for copying an image as it is.</summary>
public sealed class StagedImage : IImageSource, IImageTarget
{
    private readonly SafeFileHandle _file;
    private readonly long[] _offsets;
    private long _received;

    /// <summary>Prepares a place for an image.</summary>
    /// <param name="layout">Which parts will come.</param>
    /// <param name="folder">Where the temporary file is made; it vanishes with this object.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public StagedImage(ImageLayout layout, string folder)
    {
        Layout = layout;
        _offsets = new long[layout.Parts.Length];
        long end = 0;
        foreach (ImagePart part in layout.Parts)
        {
            _offsets[part.Number] = end;
            end = checked(end + (long)part.LengthBytes);
        }

        string path = Path.Combine(folder, $".{layout.Id:N}.staged");
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        RandomAccess.SetLength(_file, end);
    }

    /// <inheritdoc/>
    public ImageLayout Layout { get; }

    /// <summary>Whether as many bytes have come as the image has.</summary>
    public bool IsComplete => (ulong)Interlocked.Read(ref _received) == Layout.LengthBytes;

    /// <inheritdoc/>
    public void Write(int part, ulong offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, Place(part, offset, (ulong)bytes.Length));
        Interlocked.Add(ref _received, bytes.Length);
    }

    /// <inheritdoc/>
    public void WriteZeros(int part, ulong offset, ulong lengthBytes)
    {
        // The file was made long enough, and what is not written reads as zero.
        Place(part, offset, lengthBytes);
        Interlocked.Add(ref _received, (long)lengthBytes);
    }

    /// <inheritdoc/>
    public void Read(int part, ulong offset, Span<byte> destination)
    {
        long position = Place(part, offset, (ulong)destination.Length);
        while (destination.Length > 0)
        {
            int count = RandomAccess.Read(_file, destination, position);
            if (count == 0)
            {
                throw new ImageException(ImageError.Corrupt, $"part {part} ends too early in the temporary file");
            }

            destination = destination[count..];
            position += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long Place(int part, ulong offset, ulong lengthBytes)
    {
        if ((uint)part >= (uint)_offsets.Length || offset > Layout.Parts[part].LengthBytes || lengthBytes > Layout.Parts[part].LengthBytes - offset)
        {
            throw new ImageException(ImageError.Corrupt, $"{lengthBytes} bytes at {offset} are outside of part {part}");
        }

        return _offsets[part] + (long)offset;
    }
}
