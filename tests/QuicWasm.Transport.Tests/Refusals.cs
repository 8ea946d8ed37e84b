using System.Threading.Channels;

namespace QuicWasm.Transport.Tests;

/// <summary>Collects whom a listener turned away, and lets a test wait for the next.</summary>
internal sealed class Refusals
{
    private readonly Channel<TransportException> _channel = Channel.CreateUnbounded<TransportException>();

    public void Add(TransportException reason) => _channel.Writer.TryWrite(reason);

    public ValueTask<TransportException> NextAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAsync(cancellationToken);
}
