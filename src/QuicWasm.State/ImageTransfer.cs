using QuicWasm.Runtime;

namespace QuicWasm.State;

/// <summary>Copies images within one process.</summary>
public static class ImageTransfer
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Copies every part: those of the skeleton first, then the rest.</summary>
    /// <exception cref="ImageException">The image cannot be read, or the target refuses it.</exception>
    public static void CopyAll(IImageSource source, IImageTarget target)
    {
        Copy(source, target, static part => part.IsSkeleton);
        Copy(source, target, static part => !part.IsSkeleton);
    }

    /// <summary>Copies the parts that are chosen.</summary>
    /// <exception cref="ImageException">The image cannot be read, or the target refuses it.</exception>
    public static void Copy(IImageSource source, IImageTarget target, Func<ImagePart, bool> isChosen)
    {
        var buffer = new byte[BufferBytes];
        foreach (ImagePart part in source.Layout.Parts)
        {
            if (isChosen(part))
            {
                CopyPart(source, target, part, buffer);
            }
        }
    }

    /// <summary>Restores an image as a whole: what <c>quicwasm resume</c> does with a file.</summary>
    /// <param name="source">The image.</param>
    /// <param name="destination">The Configure of the new runtime.</param>
    /// <exception cref="ImageException">The image cannot be restored here; nothing remains.</exception>
    public static RunningProgram Restore(IImageSource source, Configure destination)
    {
        using var restore = ProgramRestore.Begin(source.Layout, destination);
        Copy(source, restore, static part => part.IsSkeleton);
        restore.BuildSkeleton();
        Copy(source, restore, static part => !part.IsSkeleton);
        return restore.Complete();
    }

    private static void CopyPart(IImageSource source, IImageTarget target, ImagePart part, byte[] buffer)
    {
        for (ulong offset = 0; offset < part.LengthBytes;)
        {
            ulong zeros = source.KnownZeroBytes(part.Number, offset);
            if (zeros > 0)
            {
                target.WriteZeros(part.Number, offset, zeros);
                offset += zeros;
                continue;
            }

            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, part.LengthBytes - offset));
            source.Read(part.Number, offset, chunk);
            if (part.Kind == PartKind.Memory)
            {
                WritePages(target, part, offset, chunk);
            }
            else
            {
                target.Write(part.Number, offset, chunk);
            }

            offset += (ulong)chunk.Length;
        }
    }

    private static void WritePages(IImageTarget target, ImagePart part, ulong offset, ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            int length = ZeroPages.RunLength(chunk, out bool isZero);
            if (isZero)
            {
                target.WriteZeros(part.Number, offset, (ulong)length);
            }
            else
            {
                target.Write(part.Number, offset, chunk[..length]);
            }

            offset += (ulong)length;
            chunk = chunk[length..];
        }
    }
}
