using System.Diagnostics;
using System.Net;
using System.Net.Quic;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace QuicWasm.Transport;

/// <summary>QUIC over System.Net.Quic and the MsQuic runtime; it speaks with <see cref="Ngtcp2Transport"/>.</summary>
public sealed class MsQuicTransport : ITransport
{
    /// <summary>Whether the platform has MsQuic.</summary>
    [SupportedOSPlatformGuard("linux")]
    [SupportedOSPlatformGuard("macos")]
    [SupportedOSPlatformGuard("windows")]
    public static bool IsSupported =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows()) && QuicConnection.IsSupported;

    private readonly Lazy<string> _version = new(FindVersion);

    /// <inheritdoc/>
    public string Name => "quic:msquic";

    /// <inheritdoc/>
    public string? Provider => IsSupported ? _version.Value : null;

    /// <inheritdoc/>
    public async ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        if (!IsSupported)
        {
            throw Missing();
        }

        Check(options);
        return await ListenCoreAsync(endpoint, options, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        if (!IsSupported)
        {
            throw Missing();
        }

        Check(options);
        return await ConnectCoreAsync(endpoint, options, cancellationToken);
    }

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [SupportedOSPlatform("windows")]
    private static async ValueTask<ITransportListener> ListenCoreAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await endpoint.ResolveAsync(cancellationToken);
            return await MsQuicListener.OpenAsync(endpoint, new IPEndPoint(addresses[0], endpoint.Port), options, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or QuicException)
        {
            throw MsQuicErrors.Translate(exception, $"listen on {endpoint}");
        }
    }

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [SupportedOSPlatform("windows")]
    private static ValueTask<ITransportConnection> ConnectCoreAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken) =>
        Deadline.RunAsync(options.HandshakeTimeout, $"the handshake with {endpoint}", token => DialAsync(endpoint, options, token), cancellationToken);

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [SupportedOSPlatform("windows")]
    private static async ValueTask<ITransportConnection> DialAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken)
    {
        var judgement = new MsQuicSecurity(options.Authentication!);
        MsQuicConnection connection;
        try
        {
            var addresses = await endpoint.ResolveAsync(cancellationToken);
            var quic = await QuicConnection.ConnectAsync(judgement.ClientOptions(new IPEndPoint(addresses[0], endpoint.Port), options), cancellationToken);
            connection = new MsQuicConnection(quic, endpoint.ToString(), judgement, options, null);
        }
        catch (Exception exception) when (MsQuicErrors.IsNetworkFailure(exception))
        {
            throw MsQuicErrors.Translate(exception, $"connect to {endpoint}");
        }

        try
        {
            await connection.IntroduceAsync(judgement.Rejection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // System.Net.Quic does not tell; the file that it has loaded does, in its name where systems do that, or in its version resource.
    private static string FindVersion()
    {
        using var self = Process.GetCurrentProcess();
        foreach (ProcessModule module in self.Modules)
        {
            if (module.ModuleName.Contains("msquic", StringComparison.OrdinalIgnoreCase))
            {
                var soname = module.ModuleName.IndexOf(".so.", StringComparison.Ordinal);
                return $"msquic {(soname < 0 ? module.FileVersionInfo.ProductVersion : module.ModuleName[(soname + 4)..])}".TrimEnd();
            }
        }

        return "msquic";
    }

    private static TransportException Missing() => new(
        TransportError.ProviderMissing, "quic:msquic is not available: System.Net.Quic does not find libmsquic (version 2) on this machine; install the package libmsquic of its vendor, or use quic:ngtcp2");

    private static void Check(TransportOptions options)
    {
        options.Validate();
        if (options.Authentication is null)
        {
            throw new TransportException(TransportError.AuthenticationFailed, "quic needs an identity and the peers to trust; set the options' Authentication");
        }
    }
}
