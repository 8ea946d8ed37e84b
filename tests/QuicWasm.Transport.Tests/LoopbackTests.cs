namespace QuicWasm.Transport.Tests;

public sealed class LoopbackTests : TransportConformance
{
    protected override ITransport Transport { get; } = new LoopbackTransport();

    protected override TransportEndpoint Anywhere { get; } = TransportEndpoint.Parse("loopback:here");

    private protected override void Kill(ITransportConnection connection) => ((LoopbackConnection)connection).Kill();

    [Fact(Timeout = Deadline)]
    public async Task A_name_can_be_taken_once()
    {
        await using var listener = await Transport.ListenAsync(Anywhere, Options, Token);
        await Streams.ThrowsAsync(TransportError.AddressUnavailable, async () => await Transport.ListenAsync(Anywhere, Options, Token));
    }
}
