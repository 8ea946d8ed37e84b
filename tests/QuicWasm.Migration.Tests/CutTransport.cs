using System.Buffers.Binary;
using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>A transport that lets a test see each message that the connecting side sends, and cut the connection before or after it.</summary>
internal sealed class CutTransport(ITransport transport) : ITransport
{
    /// <summary>Called with each message before it is sent; false drops it and cuts the connection.</summary>
    public Func<MessageKind, bool> Before { get; set; } = _ => true;

    /// <summary>Called with each message after it was sent; false cuts the connection.</summary>
    public Func<MessageKind, Task<bool>> AfterAsync { get; set; } = _ => Task.FromResult(true);

    /// <summary>Whether a new connection can be made.</summary>
    public Func<bool> IsUp { get; set; } = () => true;

    public int Connections { get; private set; }

    private ITransportConnection? _latest;

    /// <summary>Cuts the connection that was made last.</summary>
    public ValueTask CutAsync() => _latest!.DisposeAsync();

    public string Name => transport.Name;

    public ValueTask<ITransportListener> ListenAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default) =>
        transport.ListenAsync(endpoint, options, cancellationToken);

    public async ValueTask<ITransportConnection> ConnectAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        if (!IsUp())
        {
            throw new TransportException(TransportError.Unreachable, $"no way to {endpoint}");
        }

        ITransportConnection connection = _latest = await transport.ConnectAsync(endpoint, options, cancellationToken);
        Connections++;
        return new CutConnection(this, connection);
    }

    private sealed class CutConnection(CutTransport owner, ITransportConnection connection) : ITransportConnection
    {
        public string RemotePeer => connection.RemotePeer;

        public string? PeerFingerprint => connection.PeerFingerprint;

        public TransportCounters Counters => connection.Counters;

        public CancellationToken Closed => connection.Closed;

        public async ValueTask<ITransportStream> OpenStreamAsync(CancellationToken cancellationToken = default) =>
            new CutStream(owner, await connection.OpenStreamAsync(cancellationToken));

        public ValueTask<ITransportStream> AcceptStreamAsync(CancellationToken cancellationToken = default) => connection.AcceptStreamAsync(cancellationToken);

        public ValueTask CloseAsync(ulong code, CancellationToken cancellationToken = default) => connection.CloseAsync(code, cancellationToken);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }

    private sealed class CutStream(CutTransport owner, ITransportStream stream) : ITransportStream
    {
        public ulong Number => stream.Number;

        public ITransportConnection Connection => stream.Connection;

        public TimeSpan ReadTimeout
        {
            get => stream.ReadTimeout;
            set => stream.ReadTimeout = value;
        }

        public TimeSpan WriteTimeout
        {
            get => stream.WriteTimeout;
            set => stream.WriteTimeout = value;
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => stream.ReadAsync(buffer, cancellationToken);

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
        {
            MessageKind kind = (MessageKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[4..]);
            if (!owner.Before(kind))
            {
                await stream.Connection.DisposeAsync();
            }

            await stream.WriteAsync(bytes, cancellationToken);
            if (!await owner.AfterAsync(kind))
            {
                await stream.Connection.DisposeAsync();
            }
        }

        public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => stream.CompleteWritesAsync(cancellationToken);

        public void Abort(ulong code) => stream.Abort(code);

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
