namespace QuicWasm.Transport.Tests;

public sealed class TransportEndpointTests
{
    [Theory]
    [InlineData("tcp:127.0.0.1:7000", "tcp", "127.0.0.1", 7000)]
    [InlineData("tcp:[::1]:0", "tcp", "::1", 0)]
    [InlineData("tcp:node2.example:65535", "tcp", "node2.example", 65535)]
    [InlineData("quic:127.0.0.1:7000", "quic", "127.0.0.1", 7000)]
    [InlineData("quic:ngtcp2:[::1]:7000", "quic:ngtcp2", "::1", 7000)]
    [InlineData("quic:msquic:node2.example:1", "quic:msquic", "node2.example", 1)]
    [InlineData("loopback:name", "loopback", "name", 0)]
    [InlineData("loopback:a:b", "loopback", "a:b", 0)]
    public void Endpoints_are_read_and_written_alike(string text, string scheme, string host, int port)
    {
        var endpoint = TransportEndpoint.Parse(text);
        Assert.Equal((scheme, host, port), (endpoint.Scheme, endpoint.Host, endpoint.Port));
        Assert.Equal(text, endpoint.ToString());
        Assert.Equal(endpoint, TransportEndpoint.Parse(text));
    }

    [Theory]
    [InlineData("", "one of: tcp:")]
    [InlineData("udp:127.0.0.1:1", "one of: tcp:")]
    [InlineData("127.0.0.1:7000", "one of: tcp:")]
    [InlineData("tcp:127.0.0.1", "port is missing")]
    [InlineData("tcp:[::1]", "port is missing")]
    [InlineData("tcp:127.0.0.1:", "not a port")]
    [InlineData("tcp:127.0.0.1:65536", "not a port")]
    [InlineData("tcp:127.0.0.1:-1", "not a port")]
    [InlineData("tcp:127.0.0.1: 1", "not a port")]
    [InlineData("tcp:::1:7000", "brackets")]
    [InlineData("tcp:[127.0.0.1]:7000", "not an IPv6 address")]
    [InlineData("tcp:[x]:7000", "not an IPv6 address")]
    [InlineData("tcp::7000", "not an address or host name")]
    [InlineData("tcp:a b:7000", "not an address or host name")]
    [InlineData("loopback:", "name is missing")]
    public void Malformed_endpoints_say_what_would_be_right(string text, string words)
    {
        var exception = Assert.Throws<TransportException>(() => TransportEndpoint.Parse(text));
        Assert.Equal(TransportError.InvalidEndpoint, exception.Error);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_registry_has_a_transport_for_each_scheme_and_lists_them()
    {
        var registry = TransportRegistry.CreateDefault();
        Assert.All(TransportEndpoint.Schemes, scheme => Assert.Equal(scheme, registry.Get(scheme).Name));
        Assert.Equal(TransportEndpoint.Schemes.Order(StringComparer.Ordinal), registry.Names);
        var exception = Assert.Throws<TransportException>(() => registry.Get("pigeon"));
        Assert.Contains("loopback, quic", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused_by_name()
    {
        var transport = new LoopbackTransport();
        var endpoint = TransportEndpoint.Parse("loopback:x");
        foreach (var (options, name) in new[]
        {
            (new TransportOptions { MaxStreams = 0 }, "MaxStreams"),
            (new TransportOptions { MaxConnections = -1 }, "MaxConnections"),
            (new TransportOptions { ConnectTimeout = TimeSpan.Zero }, "ConnectTimeout"),
            (new TransportOptions { HandshakeTimeout = Timeout.InfiniteTimeSpan }, "HandshakeTimeout"),
        })
        {
            var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await transport.ListenAsync(endpoint, options, TestContext.Current.CancellationToken));
            Assert.Equal(name, exception.ParamName);
        }
    }
}
