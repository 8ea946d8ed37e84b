namespace QuicWasm.State;

/// <summary>What an image may ask of its reader at most. Whatever is over a limit is refused before anything is allocated for it.</summary>
internal static class ImageLimits
{
    /// <summary>Parts of an image.</summary>
    public const int Parts = 4_000_000;

    /// <summary>Instances of one kind in the Store.</summary>
    public const int Instances = 4_000_000;

    /// <summary>Entries of all index spaces together.</summary>
    public const int IndexSpaceEntries = 16_000_000;

    /// <summary>Elements of all tables together.</summary>
    public const ulong TableElements = 64_000_000;

    /// <summary>Bytes of all parts but memories: what a restore may have to hold at once.</summary>
    public const ulong CollectedBytes = 4UL << 30;

    /// <summary>Bytes of one part that is no memory.</summary>
    public const ulong PartBytes = 1UL << 30;

    /// <summary>Bytes of the part table of an image file.</summary>
    public const uint FileTableBytes = 256u << 20;

    /// <summary>Slots of one frame's locals or operands.</summary>
    public const int FrameSlots = 4_000_000;

    /// <summary>Bytes of one memory.</summary>
    public const ulong MemoryBytes = 1UL << 40;

    /// <summary>Checks the lengths of a layout's parts.</summary>
    /// <exception cref="ImageException">A part, or all together, is over a limit.</exception>
    public static void Check(ImageLayout layout)
    {
        if (layout.Parts.Length > Parts)
        {
            throw new ImageException(ImageError.LimitExceeded, $"an image of {layout.Parts.Length} parts is over the limit of {Parts}");
        }

        ulong collected = 0;
        foreach (ImagePart part in layout.Parts)
        {
            ulong limit = part.Kind == PartKind.Memory ? MemoryBytes : PartBytes;
            if (part.LengthBytes > limit)
            {
                throw new ImageException(ImageError.LimitExceeded, $"{part.Describe()} of {part.LengthBytes} bytes is over the limit of {limit}");
            }

            collected += part.Kind == PartKind.Memory ? 0 : part.LengthBytes;
        }

        if (collected > CollectedBytes)
        {
            throw new ImageException(ImageError.LimitExceeded, $"parts of {collected} bytes besides memory are over the limit of {CollectedBytes}");
        }
    }
}
