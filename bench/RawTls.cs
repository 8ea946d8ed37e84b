using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicWasm.Bench;

/// <summary>The floor of TLS: SslStream over NetworkStream in a loop, both ends in this process, as the platform gives them.</summary>
internal static class RawTls
{
    public const string Name = "raw tls";

    public static async Task<TransportFigures> MeasureAsync(TransportLoad load, CancellationToken cancellationToken)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=floor", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var dialled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await dialled.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
        Socket accepted = await listener.AcceptAsync(cancellationToken);
        accepted.NoDelay = true;
        await using var near = new SslStream(new NetworkStream(dialled, ownsSocket: true));
        await using var far = new SslStream(new NetworkStream(accepted, ownsSocket: true));
        await Task.WhenAll(
            near.AuthenticateAsClientAsync(ClientOptions(certificate), cancellationToken),
            far.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 }, cancellationToken));
        double[] roundTrips = await RoundTripsAsync(near, far, load.Rounds, cancellationToken);
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        double throughput = await ThroughputAsync(near, far, load.Bytes, cancellationToken);
        return new TransportFigures
        {
            RoundTripP50Us = TransportFigures.Percentile(roundTrips, 0.5),
            RoundTripP99Us = TransportFigures.Percentile(roundTrips, 0.99),
            MegabytesPerSecond = [throughput, double.NaN, double.NaN],
            CpuSecondsPerGiB = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / (load.Bytes / (double)(1 << 30)),
        };
    }

    private static SslClientAuthenticationOptions ClientOptions(X509Certificate2 certificate) => new()
    {
        TargetHost = "floor",
        EnabledSslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHash(HashAlgorithmName.SHA256).AsSpan().SequenceEqual(certificate.GetCertHash(HashAlgorithmName.SHA256)),
    };

    private static async Task<double[]> RoundTripsAsync(Stream near, Stream far, int rounds, CancellationToken cancellationToken)
    {
        int all = rounds + (rounds / 10);
        Task echoing = Task.Run(
            async () =>
            {
                var bytes = new byte[TransportLoad.RequestBytes];
                for (int round = 0; round < all; round++)
                {
                    await far.ReadExactlyAsync(bytes, cancellationToken);
                    await far.WriteAsync(bytes, cancellationToken);
                }
            },
            cancellationToken);
        var samples = new double[rounds];
        var request = new byte[TransportLoad.RequestBytes];
        for (int round = rounds - all; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await near.WriteAsync(request, cancellationToken);
            await near.ReadExactlyAsync(request, cancellationToken);
            samples[Math.Max(round, 0)] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        await echoing;
        return samples;
    }

    private static async Task<double> ThroughputAsync(Stream near, Stream far, long bytes, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Task writing = Task.Run(
            async () =>
            {
                var piece = new byte[TransportLoad.PieceBytes];
                for (long left = bytes; left > 0; left -= piece.Length)
                {
                    await near.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)), cancellationToken);
                }
            },
            cancellationToken);
        var buffer = new byte[TransportLoad.PieceBytes];
        for (long left = bytes; left > 0;)
        {
            int count = await far.ReadAsync(buffer, cancellationToken);
            left -= count > 0 ? count : throw new HarnessException($"TLS ended with {left} bytes to come");
        }

        await writing;
        return bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6;
    }
}
