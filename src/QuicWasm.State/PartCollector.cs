namespace QuicWasm.State;

/// <summary>
/// Receives the bytes of an image's parts, in any order and any cut, from any thread, each byte once. It keeps them, except those
/// of memories, of which it only keeps count.
/// </summary>
internal sealed class PartCollector(ImageLayout layout)
{
    private readonly Lock _lock = new();
    private readonly PartState[] _parts = new PartState[layout.Parts.Length];

    /// <summary>Takes bytes of a part that is no memory.</summary>
    /// <exception cref="ImageException">They are outside of the part, or some were there already.</exception>
    public void Write(int number, ulong offset, ReadOnlySpan<byte> bytes)
    {
        ImagePart part = layout.Part(number, offset, (ulong)bytes.Length);
        lock (_lock)
        {
            ref PartState state = ref _parts[number];
            Claim(ref state, part, offset, (ulong)bytes.Length);
            state.Bytes ??= new byte[part.LengthBytes];
            bytes.CopyTo(state.Bytes.AsSpan((int)offset));
            state.ReceivedBytes += (ulong)bytes.Length;
        }
    }

    /// <summary>Notes that a range is about to be written to its place; <see cref="Confirm"/> follows when it is.</summary>
    /// <exception cref="ImageException">It is outside of the part, or some of it was there already.</exception>
    public void Claim(int number, ulong offset, ulong lengthBytes)
    {
        ImagePart part = layout.Part(number, offset, lengthBytes);
        lock (_lock)
        {
            Claim(ref _parts[number], part, offset, lengthBytes);
        }
    }

    /// <summary>Notes that a claimed range is in its place.</summary>
    public void Confirm(int number, ulong lengthBytes)
    {
        lock (_lock)
        {
            _parts[number].ReceivedBytes += lengthBytes;
        }
    }

    public bool IsComplete(int number)
    {
        lock (_lock)
        {
            return _parts[number].ReceivedBytes == layout.Parts[number].LengthBytes;
        }
    }

    /// <summary>The bytes of a part that is no memory, or null where some have not arrived.</summary>
    public ReadOnlyMemory<byte>? TryGet(int number)
    {
        lock (_lock)
        {
            ref PartState state = ref _parts[number];
            // Not "? :" with null: that would be an empty memory, by way of a null array.
            return state.ReceivedBytes == layout.Parts[number].LengthBytes ? new ReadOnlyMemory<byte>(state.Bytes) : default(ReadOnlyMemory<byte>?);
        }
    }

    /// <summary>The first stretch of bytes of a range that have not arrived; of length 0 where all have.</summary>
    public (ulong Offset, ulong Length) FirstMissing(int number, ulong offset, ulong lengthBytes)
    {
        ImagePart part = layout.Part(number, offset, lengthBytes);
        lock (_lock)
        {
            ref PartState state = ref _parts[number];
            return state.ReceivedBytes == part.LengthBytes
                ? (offset + lengthBytes, 0)
                : state.Ranges?.FirstMissing(offset, offset + lengthBytes) ?? (offset, lengthBytes);
        }
    }

    /// <summary>Copies a range of a part that is no memory; all of it must have arrived.</summary>
    public void Copy(int number, ulong offset, Span<byte> destination)
    {
        lock (_lock)
        {
            _parts[number].Bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }

    private static void Claim(ref PartState state, ImagePart part, ulong offset, ulong lengthBytes)
    {
        bool isNew;
        if (lengthBytes == part.LengthBytes && state.Ranges is null)
        {
            isNew = !state.IsWhole;
            state.IsWhole = true;
        }
        else
        {
            state.Ranges ??= new ReceivedRanges(part.LengthBytes);
            isNew = !state.IsWhole && state.Ranges.TryAdd(offset, lengthBytes);
        }

        if (!isNew)
        {
            throw new ImageException(ImageError.Corrupt, $"bytes {offset} to {offset + lengthBytes} of {part.Describe()} arrived twice");
        }
    }

    private struct PartState
    {
        public byte[]? Bytes;
        public ReceivedRanges? Ranges;
        public ulong ReceivedBytes;
        public bool IsWhole;
    }
}
