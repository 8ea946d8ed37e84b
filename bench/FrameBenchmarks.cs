using BenchmarkDotNet.Attributes;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>Frames over a stream within this process: header, checksum and copy, no network.</summary>
public class FrameBenchmarks
{
    private readonly LoopbackTransport _transport = new();
    private ITransportListener _listener = null!;
    private ITransportConnection _near = null!, _far = null!;
    private FrameWriter _writer = null!;
    private FrameReader _reader = null!;
    private byte[] _payload = null!, _received = null!;

    /// <summary>Length of a payload in bytes.</summary>
    [Params(64, 4096, 65536)]
    public int Bytes { get; set; }

    /// <summary>Connects.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        TransportEndpoint endpoint = TransportEndpoint.Parse("loopback:frames");
        _listener = await _transport.ListenAsync(endpoint, TransportOptions.Default);
        _near = await _transport.ConnectAsync(endpoint, TransportOptions.Default);
        _far = await _listener.AcceptAsync();
        _writer = new FrameWriter(await _near.OpenStreamAsync());
        _payload = new byte[Bytes];
        _received = new byte[Bytes];
        Random.Shared.NextBytes(_payload);
        ValueTask writing = _writer.WriteAsync(1, 0, 1, _payload);
        _reader = new FrameReader(await _far.AcceptStreamAsync());
        await _reader.ReadHeaderAsync();
        await _reader.ReadPayloadAsync(_received);
        await writing;
    }

    /// <summary>Closes.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _writer.Dispose();
        _reader.Dispose();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        await _listener.DisposeAsync();
    }

    /// <summary>Writes a frame and reads it at the other end.</summary>
    [Benchmark]
    public async Task WriteAndReadAsync()
    {
        ValueTask writing = _writer.WriteAsync(1, 0, 1, _payload);
        await _reader.ReadHeaderAsync();
        await _reader.ReadPayloadAsync(_received);
        await writing;
    }
}
