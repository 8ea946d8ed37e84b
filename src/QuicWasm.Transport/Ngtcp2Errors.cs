using System.Net.Sockets;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>Turns what QUIC and the system say into this layer's exceptions.</summary>
internal static class Ngtcp2Errors
{
    private const ulong CryptoErrors = 0x100, CryptoErrorsEnd = 0x1ff, NoApplicationProtocol = 0x178, NoError = 0;

    public static TransportException ClosedByPeer(string peer, bool isApplication, ulong code, string reason)
    {
        if (isApplication)
        {
            return new TransportException(TransportError.ConnectionClosed, $"{peer} closed the connection with code {code}", code);
        }

        var words = reason.Length == 0 ? string.Empty : $" ({reason})";
        return code switch
        {
            NoError => new TransportException(TransportError.ConnectionClosed, $"{peer} closed the connection{words}", TransportCodes.None),
            NoApplicationProtocol => new TransportException(TransportError.VersionMismatch, $"{peer} does not speak this node's protocol over QUIC; use the same release on both"),
            >= CryptoErrors and <= CryptoErrorsEnd => new TransportException(TransportError.AuthenticationFailed, $"{peer} ended the TLS handshake with alert {code - CryptoErrors}{words}"),
            _ => new TransportException(TransportError.ConnectionLost, $"{peer} ended the connection with QUIC error 0x{code:x}{words}"),
        };
    }

    public static TransportException Failed(string peer, bool isEstablished, string text) => isEstablished
        ? new TransportException(TransportError.ProtocolViolation, $"the connection to {peer} has failed: {text}")
        : new TransportException(TransportError.AuthenticationFailed, $"the handshake with {peer} has failed: {text}");

    /// <summary>Whether the peer's machine says that nobody listens there.</summary>
    public static bool IsRefused(NativeException exception) => exception.Errno == new SocketException((int)SocketError.ConnectionRefused).NativeErrorCode;

    /// <summary>The exception for a socket that can receive no more.</summary>
    public static TransportException Lost(string peer, NativeException exception)
    {
        var cause = IsRefused(exception) ? (Exception)new SocketException((int)SocketError.ConnectionRefused) : exception;
        var translated = SocketErrors.Translate(cause, $"reach {peer}");
        return new TransportException(translated.Error, translated.Message, null, exception);
    }
}
