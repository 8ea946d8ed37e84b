namespace QuicWasm.Transport.Tests;

public sealed class TcpTests : SocketConformance
{
    protected override ITransport Transport { get; } = SocketTransport.Tcp();

    protected override TransportEndpoint Anywhere { get; } = TransportEndpoint.Parse("tcp:127.0.0.1:0");

    [Fact(Timeout = Deadline)]
    public async Task It_works_over_IPv6()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var pair = await Connected.MakeAsync(Transport, TransportEndpoint.Parse("tcp:[::1]:0"), Options, Options, Token);
        await Streams.CheckUsableAsync(pair, Token);
        Assert.StartsWith("tcp:[::1]:", pair.Server.RemotePeer, StringComparison.Ordinal);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("tcp:0.0.0.0:0")]
    [InlineData("tcp:[::]:0")]
    public async Task Listening_beyond_this_machine_must_be_allowed(string endpoint)
    {
        var refusal = await Streams.ThrowsAsync(TransportError.InsecureBind, async () => await Transport.ListenAsync(TransportEndpoint.Parse(endpoint), Options, Token));
        Assert.Contains("AllowInsecureBind", refusal.Message, StringComparison.Ordinal);
        await using var listener = await Transport.ListenAsync(TransportEndpoint.Parse(endpoint), Options with { AllowInsecureBind = true }, Token);
        await using var connection = await Transport.ConnectAsync(TransportEndpoint.Parse($"tcp:127.0.0.1:{listener.Endpoint.Port}"), Options, Token);
    }
}
