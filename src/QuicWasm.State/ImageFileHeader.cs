using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.State;

/// <summary>The first 64 bytes of an image file (docs/state-image.md).</summary>
/// <param name="TableOffset">Where the part table begins, in bytes; it ends with the file.</param>
/// <param name="TableBytes">Its length.</param>
/// <param name="TableChecksum">CRC-32C of it.</param>
internal readonly record struct ImageFileHeader(ulong TableOffset, uint TableBytes, uint TableChecksum)
{
    public const int Bytes = 64;

    private const uint Version = 1;
    private const int ChecksumOffset = Bytes - 4;

    private static ReadOnlySpan<byte> Magic => "QWASMIMG"u8;

    public ulong FileBytes => TableOffset + TableBytes;

    public void Write(Span<byte> header)
    {
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], FileBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], TableOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], TableBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[36..], TableChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Crc32C.Append(0, header[..ChecksumOffset]));
    }

    public static ImageFileHeader Read(ReadOnlySpan<byte> header, string path, long fileBytes)
    {
        if (!header[..8].SequenceEqual(Magic))
        {
            throw new ImageException(ImageError.Corrupt, $"{path} is not an image: it does not begin with QWASMIMG");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version > Version)
        {
            throw new ImageException(ImageError.UnknownVersion, $"{path} has version {version}; this build reads version {Version}");
        }

        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        var read = new ImageFileHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[36..]));
        if (version != Version || BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]) != Crc32C.Append(0, header[..ChecksumOffset]))
        {
            throw new ImageException(ImageError.Corrupt, $"{path}: the header does not match its checksum");
        }

        if (declared != (ulong)fileBytes)
        {
            throw new ImageException(ImageError.Corrupt, $"{path} has {fileBytes} bytes where its header says {declared}: it is cut short, or has been added to");
        }

        if (read.TableBytes > ImageLimits.FileTableBytes || read.TableOffset < Bytes || read.TableOffset > declared || read.FileBytes != declared)
        {
            throw new ImageException(ImageError.Corrupt, $"{path}: the part table of {read.TableBytes} bytes at offset {read.TableOffset} does not end the file");
        }

        return read;
    }
}
