using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>A page of a memory that one lane has received in part.</summary>
internal sealed class PageAssembly
{
    /// <summary>Its bytes, as far as they have come.</summary>
    public byte[] Page { get; } = new byte[AddressRange.PageBytes];

    /// <summary>How many those are.</summary>
    public int Filled { get; set; }

    /// <summary>Where in the memory the next ones belong.</summary>
    public ulong Next { get; set; }
}
