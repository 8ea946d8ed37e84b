namespace QuicWasm.Migration;

/// <summary>The numbers of the protocol that are not of one message.</summary>
internal static class ProtocolLimits
{
    /// <summary>The version that this build speaks.</summary>
    public const ushort Version = 5;

    /// <summary>The largest message that a node accepts from one that asks.</summary>
    public const int MaxRequestBytes = 64 << 10;

    /// <summary>The largest message that the asking node accepts: a layout, or a chunk of a granule.</summary>
    public const int MaxAnswerBytes = 16 << 20;

    /// <summary>The largest body of one chunk of a granule.</summary>
    public const int MaxChunkBytes = 1 << 20;

    /// <summary>The most runs in one request for granules.</summary>
    public const int MaxRuns = 256;

    /// <summary>The most images or programs in one list.</summary>
    public const int MaxListed = 4096;

    /// <summary>The most ranges in a list of what was touched, or is likely to be touched.</summary>
    public const int MaxHints = 4096;

    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>The most packages of compiled code in one answer, which is no larger than any other.</summary>
    public const int MaxPackages = 1024;

    /// <summary>How long a question for a program's end is left without an answer: well below the deadline of whoever asks.</summary>
    public static TimeSpan LongestWait => TimeSpan.FromSeconds(3);

    /// <summary>The longest error text, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 4096;
}
