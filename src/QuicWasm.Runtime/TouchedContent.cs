namespace QuicWasm.Runtime;

/// <summary>The content of a memory whose pages have not all arrived, in place: what is read is fetched.</summary>
internal sealed class TouchedContent(MemoryInstance memory) : MemoryContent(memory.LengthBytes)
{
    protected override void ReadWithin(ulong offset, Span<byte> destination) => memory.Span(offset, (ulong)destination.Length).CopyTo(destination);
}
