using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>Turns what the transport throws into this layer's exception, with the peer and what was being done.</summary>
internal static class TransportErrors
{
    public static MigrationException Translate(TransportException exception, string doing) => new(
        exception.Error switch
        {
            TransportError.Timeout => MigrationError.DeadlineExceeded,
            TransportError.BadFrame or TransportError.FrameTooLarge or TransportError.ProtocolViolation => MigrationError.ProtocolViolation,
            TransportError.InvalidEndpoint or TransportError.AddressUnavailable or TransportError.InsecureBind => MigrationError.InvalidOption,
            TransportError.VersionMismatch => MigrationError.UnsupportedVersion,
            _ => MigrationError.ConnectionLost,
        },
        $"{doing}: {exception.Message}",
        exception);
}
