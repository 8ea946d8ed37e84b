namespace QuicWasm.Transport;

/// <summary>The codes with which this library itself aborts streams and closes connections. A protocol above takes codes below 2^32.</summary>
public static class TransportCodes
{
    /// <summary>No reason: a stream was disposed of before its writes were complete, or a connection was disposed of.</summary>
    public const ulong None = 0;

    /// <summary>A write was cancelled midway.</summary>
    public const ulong Cancelled = 0x1_0000_0001;

    /// <summary>A read or write deadline has passed.</summary>
    public const ulong TimedOut = 0x1_0000_0002;

    /// <summary>A frame was malformed, too large, or its checksum wrong.</summary>
    public const ulong BadFrame = 0x1_0000_0003;

    /// <summary>The peer opened more streams than agreed.</summary>
    public const ulong TooManyStreams = 0x1_0000_0004;

    /// <summary>A stream was asked for, and could not be opened.</summary>
    public const ulong CannotOpen = 0x1_0000_0005;

    /// <summary>The peer does not keep to the protocol.</summary>
    public const ulong ProtocolViolation = 0x1_0000_0007;

    /// <summary>Too much input followed after the stream was disposed of.</summary>
    public const ulong UnwantedInput = 0x1_0000_0006;
}
