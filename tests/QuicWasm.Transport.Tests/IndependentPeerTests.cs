using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace QuicWasm.Transport.Tests;

/// <summary>
/// gtlsserver and gtlsclient of the distribution's ngtcp2-server and ngtcp2-client, which were written by others: handshakes with them
/// end. They speak HTTP/3 and go away then.
/// </summary>
public sealed class IndependentPeerTests : IDisposable
{
    private const int Deadline = 30_000;
    private const string Protocol = "h3";

    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));
    private readonly Ngtcp2Transport _transport = new() { Speaks = Protocol, OneWayStreams = 3 };

    public IndependentPeerTests()
    {
        Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");
        Providers.Require(Find("gtlsserver") is not null && Find("gtlsclient") is not null, "quic:peers", "gtlsserver and gtlsclient (packages ngtcp2-server, ngtcp2-client) are not on this machine");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TransportOptions Options => new()
    {
        Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]),
        HandshakeTimeout = TimeSpan.FromSeconds(3),
    };

    public void Dispose() => _identity.Dispose();

    [Theory(Timeout = Deadline)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gtlsclient_ends_its_handshake_with_our_listener(bool validatesAddress)
    {
        var refusals = new Refusals();
        var options = Options with { Refused = refusals.Add, Quic = new QuicOptions { AlwaysValidateAddress = validatesAddress } };
        await using var listener = await _transport.ListenAsync(TransportEndpoint.Parse("quic:ngtcp2:127.0.0.1:0"), options, Token);
        var port = $"{listener.Endpoint.Port}";
        using var client = Start("gtlsclient", "127.0.0.1", port, $"https://127.0.0.1:{port}/");
        await client.SeesAsync("Negotiated ALPN is h3");
        await refusals.NextAsync(Token);
    }

    [Fact(Timeout = Deadline)]
    public async Task Our_client_ends_its_handshake_with_gtlsserver()
    {
        var folder = Directory.CreateTempSubdirectory("quicwasm-");
        try
        {
            var key = Path.Combine(folder.FullName, "key.pem");
            await File.WriteAllTextAsync(key, _identity.KeyPem() + "\n" + _identity.CertificatesPem(), Token);
            var port = FreePort();
            using var server = Start("gtlsserver", "127.0.0.1", $"{port}", key, key);
            await server.SeesAsync("Using document root");
            var connecting = _transport.ConnectAsync(TransportEndpoint.Parse($"quic:ngtcp2:127.0.0.1:{port}"), Options, Token).AsTask();
            await server.SeesAsync("Negotiated ALPN is h3");
            await Assert.ThrowsAsync<TransportException>(() => connecting);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/bin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static Peer Start(string program, params string[] arguments) => new(Find(program)!, arguments);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A program whose words are read as they come, whichever of its two outputs they come on.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly Process _process;
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly List<string> _said = [];

        public Peer(string program, string[] arguments)
        {
            _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.OutputDataReceived += (_, line) => Take(line.Data);
            _process.ErrorDataReceived += (_, line) => Take(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public async Task SeesAsync(string text)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            try
            {
                while (true)
                {
                    var line = await _lines.Reader.ReadAsync(patience.Token);
                    _said.Add(line);
                    if (line.Contains(text, StringComparison.Ordinal))
                    {
                        return;
                    }
                }
            }
            catch (OperationCanceledException) when (!Token.IsCancellationRequested)
            {
                Assert.Fail($"the peer never said {text}, but:\n{string.Join('\n', _said.TakeLast(40))}");
            }
        }

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
        }

        private void Take(string? line)
        {
            if (line is not null)
            {
                _lines.Writer.TryWrite(line);
            }
        }
    }
}
