namespace QuicWasm.Transport;

/// <summary>Why a peer's certificate is refused: for the peer as a code, for this node's user in words.</summary>
internal sealed record CertificateRejection(PreambleStatus Status, string Reason)
{
    /// <summary>The exception on this side.</summary>
    public TransportException ToException(string peer) => new(TransportError.AuthenticationFailed, $"{peer} was refused: {Reason}");
}
