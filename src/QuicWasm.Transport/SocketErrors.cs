using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace QuicWasm.Transport;

/// <summary>Turns the system's exceptions into this layer's, once, at the boundary.</summary>
internal static class SocketErrors
{
    /// <summary>Whether an exception comes from a socket or a stream over one, so that it must not leave this layer.</summary>
    public static bool IsNetworkFailure(Exception exception) =>
        exception is SocketException or IOException or ObjectDisposedException or AuthenticationException or CryptographicException;

    /// <summary>The exception for a failure while <paramref name="doing"/>, a phrase as in "connect to tcp:host:1".</summary>
    public static TransportException Translate(Exception exception, string doing)
    {
        var socket = exception as SocketException ?? exception.InnerException as SocketException;
        var (error, advice) = socket?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => (TransportError.AddressUnavailable, "; take another port, or 0 for a free one"),
            SocketError.AddressNotAvailable => (TransportError.AddressUnavailable, "; it is not an address of this machine"),
            SocketError.AccessDenied => (TransportError.AddressUnavailable, "; ports below 1024 need a right, take a higher one"),
            SocketError.ConnectionRefused => (TransportError.Unreachable, "; is a node listening there?"),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => (TransportError.Unreachable, "; the name is not known, check it"),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown =>
                (TransportError.Unreachable, "; check the network between the nodes"),
            SocketError.TimedOut => (TransportError.Timeout, "; the peer's system no longer answers"),
            SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => (TransportError.ResourcesExhausted, "; raise ulimit -n or use fewer streams"),
            SocketError.AddressFamilyNotSupported => (TransportError.AddressUnavailable, "; this machine does not have that kind of address"),
            _ => (TransportError.ConnectionLost, string.Empty),
        };
        if (exception is AuthenticationException)
        {
            return new TransportException(
                TransportError.AuthenticationFailed, $"cannot {doing}: TLS failed; does the peer use tls, too? ({exception.InnerException?.Message ?? exception.Message})", null, exception);
        }

        var reason = (socket?.Message ?? exception.Message).TrimEnd('.');
        return new TransportException(error, $"cannot {doing}: {reason}{advice}", null, exception);
    }
}
