using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>
/// One QUIC connection of libngtcp2, with its TLS session and the datagrams that it is about to send. Not safe for several threads:
/// the owner's lock covers every call, and the events come from within calls. Times are in nanoseconds of one monotonic clock.
/// </summary>
/// <remarks>Callbacks find this object through a weak handle, so whoever calls keeps it alive.</remarks>
public sealed unsafe partial class QuicSession : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int LocalLength = 8, LocalAddress = 64, RemoteAddress = 96, WritePath = 128, WriteLocal = 192, WriteRemote = 224, ConnectionCell = 256;
    private const int ConnectionReference = 264, PacketInfo = 288, BatchRemote = 320, BlockBytes = 352;
    private const int MaxAddressBytes = 28;

    private const string Priorities =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE";

    private readonly QuicLibraries _libraries = QuicLibraries.Required;
    private readonly QuicSettings _settings;
    private DatagramSocket _socket;
    private readonly QuicCredentials _credentials;
    private readonly GCHandle _self;
    private readonly byte* _block;
    private readonly byte* _batch;
    private bool _hasCredentials;
    private nint _tls;
    private Exception? _kept;
    private int _lastError;

    private QuicSession(QuicSettings settings, QuicCredentials credentials, DatagramSocket socket, IQuicSessionEvents events, ReadOnlySpan<byte> local, ReadOnlySpan<byte> remote)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(local.Length, remote.Length), MaxAddressBytes);
        _settings = settings;
        _socket = socket;
        _credentials = credentials;
        Events = events;
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        _block = (byte*)NativeMemory.AllocZeroed(BlockBytes);
        _batch = (byte*)NativeMemory.Alloc(BatchBytes);
        local.CopyTo(new Span<byte>(_block + LocalAddress, local.Length));
        SetPath(_block, _block + LocalAddress, local.Length, _block + RemoteAddress, remote.Length);
        SetPath(_block + WritePath, _block + WriteLocal, local.Length, _block + WriteRemote, remote.Length);
        remote.CopyTo(new Span<byte>(_block + RemoteAddress, remote.Length));
        _credentials.DangerousAddRef(ref _hasCredentials);
    }

    /// <summary>When <see cref="HandleTimer"/> is to be called; <see cref="ulong.MaxValue"/> for never.</summary>
    public ulong ExpiryNs => Ngtcp2Calls.GetExpiry(Connection);

    /// <summary>How long to wait for an acknowledgement before probing.</summary>
    public ulong ProbeTimeoutNs => Ngtcp2Calls.GetProbeTimeout(Connection);

    /// <summary>The smoothed round-trip time.</summary>
    public ulong SmoothedRttNs => _libraries.Functions.SmoothedRtt(Connection);

    /// <summary>What went wrong, in the library's words.</summary>
    public string FailureText
    {
        get
        {
            var text = Marshal.PtrToStringUTF8(Ngtcp2Calls.ErrorText(_lastError));
            var alert = Ngtcp2Calls.GetTlsAlert(Connection);
            return alert == 0 ? $"{text}" : $"{text}, TLS alert {alert} ({Marshal.PtrToStringUTF8(GnuTlsCalls.AlertName(alert))})";
        }
    }

    /// <summary>How the peer closed the connection: by its application or by its QUIC, the code, and the reason if it gave one.</summary>
    public (bool IsApplication, ulong Code, string Reason) PeerClose => _libraries.Functions.CloseError(Connection);

    /// <summary>To be set when both sides have introduced themselves: until then packets are small, since some are padded to the largest.</summary>
    public bool IsEstablished { get; set; }

    internal IQuicSessionEvents Events { get; }

    /// <summary>Set when the peer has answered with a stateless reset.</summary>
    internal bool WasReset { get; set; }

    private void* Connection
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (void*)handle;
        }
    }

    /// <summary>Begins a connection; the first <see cref="FinishPacket"/> writes its first packet.</summary>
    /// <param name="settings">Limits and deadlines.</param>
    /// <param name="credentials">Who this node is.</param>
    /// <param name="socket">Where packets go out.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="local">The socket's own address (sockaddr).</param>
    /// <param name="remote">The peer's (sockaddr).</param>
    /// <param name="nowNs">The time.</param>
    /// <exception cref="NativeException">The library refuses.</exception>
    public static QuicSession Connect(
        QuicSettings settings, QuicCredentials credentials, DatagramSocket socket, IQuicSessionEvents events, ReadOnlySpan<byte> local, ReadOnlySpan<byte> remote, ulong nowNs)
    {
        var session = new QuicSession(settings, credentials, socket, events, local, remote);
        session.Initialize(null, nowNs);
        return session;
    }

    /// <summary>Accepts a connection that a first packet asks for. The packet itself is to be read then.</summary>
    /// <param name="settings">Limits and deadlines.</param>
    /// <param name="credentials">Who this node is.</param>
    /// <param name="socket">Where packets go out.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="initial">What the first packet says.</param>
    /// <param name="local">The socket's own address (sockaddr).</param>
    /// <param name="remote">The peer's (sockaddr).</param>
    /// <param name="nowNs">The time.</param>
    /// <exception cref="NativeException">The library refuses.</exception>
    public static QuicSession Accept(
        QuicSettings settings, QuicCredentials credentials, DatagramSocket socket, IQuicSessionEvents events, QuicInitial initial,
        ReadOnlySpan<byte> local, ReadOnlySpan<byte> remote, ulong nowNs)
    {
        var session = new QuicSession(settings, credentials, socket, events, local, remote);
        session.Initialize(initial, nowNs);
        return session;
    }

    /// <summary>Reads one packet.</summary>
    /// <param name="packet">The datagram's bytes.</param>
    /// <param name="remote">Where it came from (sockaddr).</param>
    /// <param name="nowNs">The time.</param>
    public QuicReadResult Read(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> remote, ulong nowNs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(remote.Length, MaxAddressBytes);
        remote.CopyTo(new Span<byte>(_block + RemoteAddress, remote.Length));
        *(uint*)(_block + QuicLayout.PathRemote + 8) = (uint)remote.Length;
        fixed (byte* bytes = packet)
        {
            return Judge(Ngtcp2Calls.ReadPacket(Connection, _block, Ngtcp2Calls.StructureVersion, _block + PacketInfo, bytes, (nuint)packet.Length, nowNs));
        }
    }

    /// <summary>Does what is due. Write afterwards.</summary>
    public QuicReadResult HandleTimer(ulong nowNs) => Judge(Ngtcp2Calls.HandleExpiry(Connection, nowNs));

    /// <summary>Opens a stream both ways; false when the peer allows no more now.</summary>
    public bool TryOpenStream(out long streamId)
    {
        long id;
        var result = Ngtcp2Calls.OpenStream(Connection, &id, null);
        streamId = id;
        return result != Ngtcp2Calls.StreamIdBlocked && Check(result, "open a stream");
    }

    /// <summary>Opens a stream that only this side writes.</summary>
    /// <exception cref="NativeException">The peer does not allow it.</exception>
    public long OpenOneWayStream()
    {
        long id;
        Check(Ngtcp2Calls.OpenOneWayStream(Connection, &id, null), "open a one-way stream");
        return id;
    }

    /// <summary>Aborts both directions; nothing happens when the stream is over.</summary>
    public void AbortStream(long streamId, ulong code)
    {
        var result = _libraries.Functions.ShutdownStream(Connection, streamId, code);
        if (result != Ngtcp2Calls.StreamNotFound)
        {
            Check(result, "abort a stream");
        }
    }

    /// <summary>Lets the peer send that many bytes more of a stream, since they were read.</summary>
    public void ExtendStream(long streamId, int bytes)
    {
        // A stream that is over needs none.
        var result = Ngtcp2Calls.ExtendStreamOffset(Connection, streamId, (ulong)bytes);
        if (result != Ngtcp2Calls.StreamNotFound)
        {
            Check(result, "extend a stream");
        }
    }

    /// <summary>Lets the peer send that many bytes more of all streams.</summary>
    public void ExtendConnection(int bytes) => Ngtcp2Calls.ExtendOffset(Connection, (ulong)bytes);

    /// <summary>Lets the peer open one more stream.</summary>
    public void ExtendStreams() => Ngtcp2Calls.ExtendStreams(Connection, 1);

    /// <summary>Begins to use new keys; false when the last change is not confirmed yet.</summary>
    public bool TryUpdateKeys(ulong nowNs) => Ngtcp2Calls.UpdateKeys(Connection, nowNs) == 0;

    /// <summary>Goes on over another socket, since this side's address has changed; the peer makes sure that it reaches the new one.</summary>
    /// <param name="socket">Where packets go out from now on.</param>
    /// <param name="local">The socket's own address (sockaddr), of the same family as before.</param>
    /// <param name="nowNs">The time.</param>
    public void Move(DatagramSocket socket, ReadOnlySpan<byte> local, ulong nowNs)
    {
        Send();
        _socket = socket;
        var before = LocalName.ToArray();
        LocalName = local;

        // Where the library cannot begin a migration now (no spare connection id of the peer, say), packets leave from the new address
        // all the same, and the library believes them to come and go at the old one: that is what a router does that gives the
        // connection another port.
        if (Ngtcp2Calls.Migrate(Connection, _block, nowNs) != 0)
        {
            LocalName = before;
        }
    }

    /// <summary>The connection ids that packets for this side carry.</summary>
    public IReadOnlyList<byte[]> OwnConnectionIds()
    {
        var ids = new QuicCid[(int)Ngtcp2Calls.CountSourceIds(Connection)];
        fixed (QuicCid* first = ids)
        {
            _ = Ngtcp2Calls.GetSourceIds(Connection, first);
        }

        return Array.ConvertAll(ids, id => id.Span.ToArray());
    }

    /// <summary>This side's address (sockaddr), as the library knows it.</summary>
    private ReadOnlySpan<byte> LocalName
    {
        get => new(_block + LocalAddress, (int)*(uint*)(_block + LocalLength));
        set
        {
            value.CopyTo(new Span<byte>(_block + LocalAddress, value.Length));
            *(uint*)(_block + LocalLength) = (uint)value.Length;
        }
    }

    /// <summary>Whether streams may be opened, and written, before the handshake is done.</summary>
    public bool CanSendEarly { get; private set; }

    /// <summary>Whether the handshake goes on from an earlier connection's, so that nobody shows a certificate.</summary>
    public bool IsResumed => GnuTlsCalls.IsResumed(_tls) != 0;

    /// <summary>After a connecting side's handshake: whether the peer has taken what was sent early. If not, its streams are to be opened anew.</summary>
    /// <exception cref="NativeException">The library cannot go back.</exception>
    public bool SettleEarlyData()
    {
        if (!CanSendEarly || (GnuTlsCalls.GetFlags(_tls) & GnuTlsCalls.HasEarlyData) != 0)
        {
            return CanSendEarly;
        }

        CanSendEarly = false;
        Check(_libraries.Functions.RejectEarlyData(Connection), "go back to before the early data");
        return false;
    }

    /// <summary>Gives the peer a ticket; by an accepting side that has a key for them, after the handshake.</summary>
    public void GiveTicket()
    {
        if (!_settings.TicketKey.IsEmpty)
        {
            QuicCredentials.Check(GnuTlsCalls.SendTickets(_tls, 1, 0), "send a ticket");
        }
    }

    /// <summary>The certificates that the peer has shown (DER), its own first; empty when none.</summary>
    public IReadOnlyList<byte[]> PeerCertificates()
    {
        uint count = 0;
        var first = GnuTlsCalls.GetPeers(_tls, &count);
        var certificates = new byte[first == null ? 0 : count][];
        for (var index = 0; index < certificates.Length; index++)
        {
            certificates[index] = new ReadOnlySpan<byte>(first[index].Data, (int)first[index].Length).ToArray();
        }

        return certificates;
    }

    /// <summary>A ticket has come: the session can be packed now.</summary>
    internal void TakeTicket()
    {
        nuint length = 0;
        _ = GnuTlsCalls.GetData(_tls, null, &length);
        var data = new byte[length];
        fixed (byte* bytes = data)
        {
            QuicCredentials.Check(GnuTlsCalls.GetData(_tls, bytes, &length), "keep a session");
        }

        var parameters = _libraries.Functions.SaveParameters(Connection);
        if (parameters.Length > 0)
        {
            Events.TicketReceived(new QuicTicket(data.AsMemory(0, (int)length), parameters));
        }
    }

    /// <summary>Keeps what an event threw, until the library has returned.</summary>
    internal int Keep(Exception exception)
    {
        _kept ??= exception;
        return Ngtcp2Calls.CallbackFailure;
    }

    internal void GenerateResetToken(QuicCid* id, byte* token)
    {
        fixed (byte* secret = _settings.ResetSecret.Span)
        {
            Check(Ngtcp2Calls.GenerateResetToken(token, secret, (nuint)_settings.ResetSecret.Length, id), "make a reset token");
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Ngtcp2Calls.Delete((void*)handle);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (IsClosed)
        {
            return;
        }

        base.Dispose(disposing);
        if (_tls != 0)
        {
            GnuTlsCalls.Deinit(_tls);
        }

        if (_hasCredentials)
        {
            _credentials.DangerousRelease();
        }

        _self.Free();
        NativeMemory.Free(_block);
        NativeMemory.Free(_batch);
    }

    private static void SetPath(byte* path, byte* local, int localLength, byte* remote, int remoteLength)
    {
        *(byte**)path = local;
        *(uint*)(path + 8) = (uint)localLength;
        *(byte**)(path + QuicLayout.PathRemote) = remote;
        *(uint*)(path + QuicLayout.PathRemote + 8) = (uint)remoteLength;
    }

    private QuicReadResult Judge(int result)
    {
        ThrowKept();
        _lastError = result;
        return result switch
        {
            0 => QuicReadResult.Continues,
            _ when WasReset => QuicReadResult.Reset,
            Ngtcp2Calls.Draining => QuicReadResult.ClosedByPeer,
            Ngtcp2Calls.Closing or Ngtcp2Calls.DropConnection => QuicReadResult.Dropped,
            Ngtcp2Calls.Retry => QuicReadResult.RetryWanted,
            Ngtcp2Calls.HandshakeTimeout => QuicReadResult.HandshakeTimeout,
            Ngtcp2Calls.IdleClose => QuicReadResult.IdleTimeout,
            _ => QuicReadResult.Failed,
        };
    }

    private void ThrowKept()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            ExceptionDispatchInfo.Throw(kept);
        }
    }

    private bool Check(int result, string doing)
    {
        ThrowKept();
        return result == 0 ? true : throw new NativeException(
            NativeError.Other, result, $"libngtcp2 cannot {doing}: {Marshal.PtrToStringUTF8(Ngtcp2Calls.ErrorText(result))} (error {result})");
    }
}
