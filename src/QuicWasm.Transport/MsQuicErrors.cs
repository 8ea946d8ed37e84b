using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;

namespace QuicWasm.Transport;

/// <summary>Turns the exceptions of System.Net.Quic into this layer's, once, at the boundary.</summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
[SupportedOSPlatform("windows")]
internal static class MsQuicErrors
{
    public static bool IsNetworkFailure(Exception exception) => exception is QuicException or SocketException or IOException or AuthenticationException or ObjectDisposedException;

    public static TransportException Translate(Exception exception, string doing)
    {
        if (exception is not QuicException quic)
        {
            return SocketErrors.Translate(exception, doing);
        }

        var error = quic.QuicError switch
        {
            QuicError.ConnectionRefused => TransportError.Unreachable,
            QuicError.ConnectionTimeout => TransportError.Timeout,
            QuicError.ConnectionIdle => TransportError.ConnectionLost,
            QuicError.ConnectionAborted => TransportError.ConnectionClosed,
            QuicError.StreamAborted => TransportError.StreamAborted,
            QuicError.AlpnInUse => TransportError.AddressUnavailable,
            _ => TransportError.ConnectionLost,
        };
        return new TransportException(error, $"cannot {doing}: {quic.Message.TrimEnd('.')}", (ulong?)quic.ApplicationErrorCode, exception);
    }

    /// <summary>Whether the whole connection is over with that error.</summary>
    public static bool EndsConnection(Exception exception) => exception is ObjectDisposedException
        || exception is QuicException { QuicError: not QuicError.StreamAborted and not QuicError.OperationAborted };
}
