using System.Security.Cryptography;
using System.Text;

namespace QuicWasm.Native;

/// <summary>How a session is made: settings, transport parameters, TLS.</summary>
public sealed unsafe partial class QuicSession
{
    /// <summary>The length of the connection ids that this side chooses.</summary>
    public const int ConnectionIdBytes = 16;

    private const int AckThreshold = 8;
    private const ulong MaxAckDelayNs = 5_000_000;

    /// <summary>How many ids the peer may give the connection: one for each way that is tried when this side's address has changed.</summary>
    private const ulong MaxConnectionIds = 8;

    private void Initialize(QuicInitial? initial, ulong nowNs)
    {
        try
        {
            var callbacks = stackalloc byte[QuicLayout.BlockBytes];
            new Span<byte>(callbacks, QuicLayout.BlockBytes).Clear();
            QuicCallbacks.Fill(callbacks, _libraries);
            var settings = stackalloc byte[QuicLayout.BlockBytes];
            var parameters = stackalloc byte[QuicLayout.BlockBytes];
            FillSettings(settings, nowNs);
            FillParameters(parameters);
            void* connection;
            if (initial is null)
            {
                var destination = NewId();
                var source = NewId();
                Check(
                    Ngtcp2Calls.ClientNew(
                        &connection, &destination, &source, _block, Ngtcp2Calls.Version1, Ngtcp2Calls.StructureVersion, callbacks,
                        Ngtcp2Calls.StructureVersion, settings, Ngtcp2Calls.StructureVersion, parameters, null, (void*)System.Runtime.InteropServices.GCHandle.ToIntPtr(_self)),
                    "make a connection");
            }
            else
            {
                connection = NewServer(initial, callbacks, settings, parameters);
            }

            SetHandle((nint)connection);
            *(void**)(_block + ConnectionCell) = connection;
            Ngtcp2Calls.SetKeepAlive(connection, _settings.KeepAliveNs);
            StartTls(isServer: initial is not null);
            if (initial is null && _settings.Ticket is { } ticket)
            {
                UseTicket(ticket);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void* NewServer(QuicInitial initial, byte* callbacks, byte* settings, byte* parameters)
    {
        var destination = new QuicCid(initial.SourceId);
        var source = NewId();
        var original = new QuicCid(initial.OriginalId ?? initial.DestinationId);
        *(QuicCid*)(parameters + QuicLayout.ParametersOriginalDcid) = original;
        if (_libraries.Layout.ParametersOriginalDcidPresent is { } present)
        {
            parameters[present] = 1;
        }

        if (initial.OriginalId is not null)
        {
            *(QuicCid*)(parameters + QuicLayout.ParametersRetryScid) = new QuicCid(initial.DestinationId);
            parameters[_libraries.Layout.ParametersRetryScidPresent] = 1;
        }

        parameters[QuicLayout.ParametersResetTokenPresent] = 1;
        GenerateResetToken(&source, parameters + _libraries.Layout.ParametersResetToken);
        void* connection;
        fixed (byte* token = initial.Token)
        {
            *(byte**)(settings + _libraries.Layout.SettingsToken) = token;
            *(nuint*)(settings + _libraries.Layout.SettingsTokenLength) = (nuint)initial.Token.Length;
            Check(
                Ngtcp2Calls.ServerNew(
                    &connection, &destination, &source, _block, initial.Version, Ngtcp2Calls.StructureVersion, callbacks,
                    Ngtcp2Calls.StructureVersion, settings, Ngtcp2Calls.StructureVersion, parameters, null, (void*)System.Runtime.InteropServices.GCHandle.ToIntPtr(_self)),
                "accept a connection");
        }

        return connection;
    }

    private static QuicCid NewId()
    {
        Span<byte> id = stackalloc byte[ConnectionIdBytes];
        RandomNumberGenerator.Fill(id);
        return new QuicCid(id);
    }

    private void FillSettings(byte* settings, ulong nowNs)
    {
        Ngtcp2Calls.SettingsDefault(Ngtcp2Calls.StructureVersion, settings);
        var layout = _libraries.Layout;
        *(ulong*)(settings + layout.SettingsInitialTime) = nowNs;
        *(int*)(settings + layout.SettingsCongestion) = _settings.CongestionControl;
        *(nuint*)(settings + layout.SettingsMaxPayload) = (nuint)_settings.MaxPayloadBytes;
        settings[layout.SettingsNoShaping] = _settings.IsPayloadKnown ? (byte)1 : (byte)0;
        *(ulong*)(settings + layout.SettingsHandshakeTimeout) = _settings.HandshakeTimeoutNs;
        *(ulong*)(settings + layout.SettingsMaxStreamWindow) = _settings.MaxStreamWindowBytes;
        *(nuint*)(settings + layout.SettingsAckThreshold) = AckThreshold;
    }

    private void FillParameters(byte* parameters)
    {
        Ngtcp2Calls.TransportParamsDefault(Ngtcp2Calls.StructureVersion, parameters);
        void Set(int place, ulong value) => *(ulong*)(parameters + place) = value;
        Set(QuicLayout.ParametersStreamDataLocal, _settings.StreamWindowBytes);
        Set(QuicLayout.ParametersStreamDataRemote, _settings.StreamWindowBytes);
        Set(QuicLayout.ParametersStreamDataOneWay, 1024);
        Set(QuicLayout.ParametersData, _settings.WindowBytes);
        Set(QuicLayout.ParametersStreams, _settings.MaxStreams);
        Set(QuicLayout.ParametersOneWayStreams, _settings.MaxOneWayStreams);
        Set(QuicLayout.ParametersIdleTimeout, _settings.IdleTimeoutNs);
        Set(QuicLayout.ParametersConnectionIds, MaxConnectionIds);
        Set(QuicLayout.ParametersMaxAckDelay, MaxAckDelayNs);
    }

    private void StartTls(bool isServer)
    {
        nint tls;
        var flags = GnuTlsCalls.NoAutoSendTicket | GnuTlsCalls.NoEndOfEarlyData | (isServer ? GnuTlsCalls.Server : GnuTlsCalls.Client)
            | (HasTickets(isServer) ? GnuTlsCalls.EnableEarlyData : 0);
        QuicCredentials.Check(GnuTlsCalls.Init(&tls, flags), "make a TLS session");
        _tls = tls;
        QuicCredentials.Check(GnuTlsCalls.SetPriority(tls, Priorities, 0), "set TLS priorities");
        QuicCredentials.Check(isServer ? Ngtcp2Calls.ConfigureServer(tls) : Ngtcp2Calls.ConfigureClient(tls), "configure TLS for QUIC");
        var reference = (nint*)(_block + ConnectionReference);
        reference[0] = QuicCallbacks.FindConnection;
        reference[1] = (nint)(_block + ConnectionCell);
        reference[2] = System.Runtime.InteropServices.GCHandle.ToIntPtr(_self);
        GnuTlsCalls.SetPointer(tls, reference);
        QuicCredentials.Check(GnuTlsCalls.SetCredentials(tls, GnuTlsCalls.CertificateCredentials, _credentials.DangerousGetHandle()), "set TLS credentials");
        fixed (byte* name = Encoding.ASCII.GetBytes(_settings.Protocol))
        {
            var protocol = new GnuTlsDatum { Data = name, Length = (uint)_settings.Protocol.Length };
            QuicCredentials.Check(GnuTlsCalls.SetProtocols(tls, &protocol, 1, GnuTlsCalls.AlpnMandatory), "set the protocol");
        }

        if (HasTickets(isServer))
        {
            PrepareTickets(isServer);
        }

        if (isServer)
        {
            // Asked for, and not required: the node above says what is wrong with one that is missing.
            GnuTlsCalls.SetCertificateRequest(tls, GnuTlsCalls.RequestCertificate);
        }

        Ngtcp2Calls.SetTlsHandle((void*)handle, tls);
    }

    private bool HasTickets(bool isServer) => isServer ? !_settings.TicketKey.IsEmpty : _settings.TakesTickets;

    private void PrepareTickets(bool isServer)
    {
        if (!isServer)
        {
            GnuTlsCalls.SetHook(_tls, GnuTlsCalls.NewSessionTicket, GnuTlsCalls.HookAfterwards, QuicCallbacks.TakeTicket);
            return;
        }

        fixed (byte* bytes = _settings.TicketKey.Span)
        {
            var key = new GnuTlsDatum { Data = bytes, Length = (uint)_settings.TicketKey.Length };
            QuicCredentials.Check(GnuTlsCalls.EnableTickets(_tls, &key), "give tickets");
        }

        // RFC 9001, 4.6.1: the one value that QUIC allows.
        QuicCredentials.Check(GnuTlsCalls.SetMaxEarlyData(_tls, uint.MaxValue), "allow early data");
        GnuTlsCalls.EnableAntiReplay(_tls, _credentials.AntiReplay);
    }

    // A ticket that is not taken is as none.
    private void UseTicket(QuicTicket ticket)
    {
        fixed (byte* session = ticket.Session.Span)
        {
            CanSendEarly = GnuTlsCalls.SetData(_tls, session, (nuint)ticket.Session.Length) == 0
                && _libraries.Functions.RestoreParameters((void*)handle, ticket.Parameters.Span);
        }
    }
}
