using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace QuicWasm.Transport.Tests;

/// <summary>A client of quic:ngtcp2 whose machine loses the address that it dialled from.</summary>
public sealed class Ngtcp2AddressTests : IDisposable
{
    private const string There = "10.213.79.1", First = "10.213.79.2/24", SecondAddress = "10.213.79.3", Second = $"{SecondAddress}/24", Elsewhere = "10.213.80.2";

    private readonly NodeIdentity _identity = NodeIdentity.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeSpan.FromDays(1));

    public Ngtcp2AddressTests()
    {
        Providers.Require(Ngtcp2Transport.IsSupported, "quic:ngtcp2", "libngtcp2 is not on this machine");
        Assert.SkipWhen(NetworkNamespace.Unavailable is not null, NetworkNamespace.Unavailable ?? "");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _identity.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task It_keeps_its_connection_and_streams_over_its_next_address()
    {
        using var network = new NetworkNamespace($"{There}/24", First, Second);
        await using var pair = await ConnectAsync(network);
        var streams = await pair.OpenAsync(Token);

        NetworkNamespace.Run("addr", "del", First, "dev", network.Device);
        NetworkNamespace.Run("addr", "replace", Second, "dev", network.Device);

        await CheckUsableAsync(pair, streams);
    }

    [Fact(Timeout = 120_000)]
    public async Task It_comes_back_from_a_way_that_leads_nowhere()
    {
        using var network = new NetworkNamespace($"{There}/24", First);
        network.AddWayToNowhere($"{Elsewhere}/24", "10.213.0.0/16");
        await using var pair = await ConnectAsync(network);
        var streams = await pair.OpenAsync(Token);

        NetworkNamespace.Run("addr", "del", First, "dev", network.Device);
        Assert.True(SpinWait.SpinUntil(IsElsewhere, TimeSpan.FromSeconds(30)), "the client never tries the other way");
        NetworkNamespace.Run("addr", "add", Second, "dev", network.Device);

        await CheckUsableAsync(pair, streams);
    }

    [Fact(Timeout = 120_000)]
    public async Task It_comes_back_from_a_way_to_a_stranger_who_says_that_nobody_listens()
    {
        using var network = new NetworkNamespace($"{There}/24", First);
        network.AddWayToStranger($"{Elsewhere}/24", $"{There}/32", "10.213.0.0/16");
        await using var pair = await ConnectAsync(network);
        var streams = await pair.OpenAsync(Token);

        NetworkNamespace.Run("addr", "del", First, "dev", network.Device);
        await streams.Client.WriteAsync(new byte[1000], Token);
        while (!await network.HasRefusedAsync())
        {
            Assert.False(pair.Client.Closed.IsCancellationRequested);
        }

        NetworkNamespace.Run("addr", "add", Second, "dev", network.Device);

        await Streams.ReadExactlyAsync(streams.Server, 1000, Token);
        await CheckUsableAsync(pair, streams);
    }

    [Fact(Timeout = 120_000)]
    public async Task It_finds_a_way_that_comes_after_the_address()
    {
        using var network = new NetworkNamespace($"{There}/24", First);
        NetworkNamespace.Run("route", "add", "unreachable", "10.213.0.0/16");
        try
        {
            await using var pair = await ConnectAsync(network);
            var streams = await pair.OpenAsync(Token);
            var arrival = new TaskCompletionSource();
            NetworkAddressChangedEventHandler heard = (_, _) =>
            {
                if (IsHere(SecondAddress))
                {
                    arrival.TrySetResult();
                }
            };
            NetworkChange.NetworkAddressChanged += heard;

            NetworkNamespace.Run("addr", "del", First, "dev", network.Device);
            NetworkNamespace.Run("addr", "add", Second, "dev", network.Device, "noprefixroute");
            await arrival.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            NetworkChange.NetworkAddressChanged -= heard;
            NetworkNamespace.Run("route", "add", "10.213.79.0/24", "dev", network.Device);

            await CheckUsableAsync(pair, streams);
        }
        finally
        {
            NetworkNamespace.Run("route", "del", "unreachable", "10.213.0.0/16");
        }
    }

    // As the system says: a socket of this machine has that address.
    private static bool IsElsewhere() =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Any(e => e.Address.ToString() == Elsewhere);

    private static bool IsHere(string address)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return false;
        }
    }

    private async Task<Connected> ConnectAsync(NetworkNamespace network)
    {
        var options = TransportOptions.Default with { Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]), IdleTimeout = TimeSpan.FromSeconds(20) };
        var transport = new Ngtcp2Transport();
        var listener = await network.RunAsync(
            () => transport.ListenAsync(TransportEndpoint.Parse($"quic:ngtcp2:{There}:0"), options, Token).AsTask().GetAwaiter().GetResult());
        var client = await transport.ConnectAsync(listener.Endpoint, options, Token);
        return new Connected(listener, client, await listener.AcceptAsync(Token));
    }

    private static async Task CheckUsableAsync(Connected pair, (ITransportStream Client, ITransportStream Server) streams)
    {
        await streams.Client.WriteAsync(new byte[200_000], Token);
        await Streams.ReadExactlyAsync(streams.Server, 200_000, Token);
        await streams.Server.WriteAsync(new byte[200_000], Token);
        await Streams.ReadExactlyAsync(streams.Client, 200_000, Token);
        Assert.False(pair.Client.Closed.IsCancellationRequested);
        Assert.False(pair.Server.Closed.IsCancellationRequested);
    }
}
