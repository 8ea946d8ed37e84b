namespace QuicWasm.Transport.Tests;

/// <summary>A stream that plays given bytes in pieces of random size, and keeps what is written to it.</summary>
internal sealed class ScriptedStream(byte[] input, int seed = 1) : ITransportStream
{
    private readonly Random _random = new(seed);
    private int _position;

    public List<byte[]> Writes { get; } = [];

    public byte[] Written => [.. Writes.SelectMany(piece => piece)];

    public ulong? AbortCode { get; private set; }

    public ulong Number => 2;

    public ITransportConnection Connection { get; } = LoopbackConnection.MakePair(TransportOptions.Default, TransportOptions.Default, "far", "near", _ => { }).Near;

    public TimeSpan ReadTimeout { get; set; }

    public TimeSpan WriteTimeout { get; set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Assert.False(buffer.IsEmpty);
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Min(Math.Min(buffer.Length, input.Length - _position), 1 + _random.Next(_random.Next(2) == 0 ? 16 : 40_000));
        input.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return new(count);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Writes.Add(bytes.ToArray());
        return default;
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => default;

    public void Abort(ulong code) => AbortCode ??= code;

    public ValueTask DisposeAsync() => default;
}
