namespace QuicWasm.Transport;

/// <summary>What went wrong between two nodes.</summary>
public enum TransportError
{
    /// <summary>The endpoint is not well formed, or names no known transport.</summary>
    InvalidEndpoint,

    /// <summary>The address to listen on is taken, or not one of this machine.</summary>
    AddressUnavailable,

    /// <summary>Refused to listen for unauthenticated peers beyond this machine.</summary>
    InsecureBind,

    /// <summary>Nobody answers at the endpoint.</summary>
    Unreachable,

    /// <summary>A deadline has passed.</summary>
    Timeout,

    /// <summary>The peer speaks another version of the protocol.</summary>
    VersionMismatch,

    /// <summary>The peer does not keep to the protocol.</summary>
    ProtocolViolation,

    /// <summary>A certificate is missing, wrong or expired, on one side or the other.</summary>
    AuthenticationFailed,

    /// <summary>The listener has as many connections as it may have.</summary>
    TooManyConnections,

    /// <summary>The connection has as many open streams as the peer allows.</summary>
    TooManyStreams,

    /// <summary>One side closed the connection; the code says why.</summary>
    ConnectionClosed,

    /// <summary>The connection broke without being closed: the peer died, or the network did.</summary>
    ConnectionLost,

    /// <summary>One side aborted the stream; the code says why.</summary>
    StreamAborted,

    /// <summary>A frame is cut off, out of place, or its checksum does not match.</summary>
    BadFrame,

    /// <summary>A frame is larger than this side accepts.</summary>
    FrameTooLarge,

    /// <summary>What the transport is made with is not on this machine; the message says what to install.</summary>
    ProviderMissing,

    /// <summary>This process has no descriptors or memory left.</summary>
    ResourcesExhausted,
}
