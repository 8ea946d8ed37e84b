using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace QuicWasm.Native;

/// <summary>
/// What libngtcp2 calls. The user data of a connection is a handle of its <see cref="QuicSession"/>. No exception may cross the
/// library: the session keeps it, and throws it when the library's function has returned.
/// </summary>
internal static unsafe class QuicCallbacks
{
    private static readonly (int Place, string Name)[] Cryptographic =
    [
        (QuicLayout.RecvCryptoData, "ngtcp2_crypto_recv_crypto_data_cb"),
        (QuicLayout.Encrypt, "ngtcp2_crypto_encrypt_cb"),
        (QuicLayout.Decrypt, "ngtcp2_crypto_decrypt_cb"),
        (QuicLayout.HpMask, "ngtcp2_crypto_hp_mask_cb"),
        (QuicLayout.UpdateKey, "ngtcp2_crypto_update_key_cb"),
        (QuicLayout.DeleteAead, "ngtcp2_crypto_delete_crypto_aead_ctx_cb"),
        (QuicLayout.DeleteCipher, "ngtcp2_crypto_delete_crypto_cipher_ctx_cb"),
        (QuicLayout.GetPathChallenge, "ngtcp2_crypto_get_path_challenge_data_cb"),
        (QuicLayout.VersionNegotiation, "ngtcp2_crypto_version_negotiation_cb"),
        (QuicLayout.ClientInitial, "ngtcp2_crypto_client_initial_cb"),
        (QuicLayout.RecvClientInitial, "ngtcp2_crypto_recv_client_initial_cb"),
        (QuicLayout.RecvRetry, "ngtcp2_crypto_recv_retry_cb"),
    ];

    /// <summary>The address of the function that finds a TLS session's connection: ngtcp2_crypto_get_conn.</summary>
    public static nint FindConnection => (nint)(delegate* unmanaged[Cdecl]<void**, void*>)&GetConnection;

    /// <summary>The address of the function that takes a ticket: gnutls_handshake_hook_func.</summary>
    public static nint TakeTicket => (nint)(delegate* unmanaged[Cdecl]<nint, uint, uint, uint, void*, int>)&TicketReceived;

    /// <summary>The address of the function that lets every ticket pass: gnutls_db_add_func. Whoever answers early data must look for replays.</summary>
    public static nint LetPass => (nint)(delegate* unmanaged[Cdecl]<void*, nint, void*, void*, int>)&AddTicket;

    /// <summary>Fills a zeroed ngtcp2_callbacks.</summary>
    public static void Fill(byte* callbacks, QuicLibraries libraries)
    {
        foreach (var (place, name) in Cryptographic)
        {
            Set(callbacks, place, libraries.CryptoFunction(name));
        }

        Set(callbacks, QuicLayout.HandshakeCompleted, (nint)(delegate* unmanaged[Cdecl]<void*, nint, int>)&HandshakeCompleted);
        Set(callbacks, QuicLayout.RecvStreamData, (nint)(delegate* unmanaged[Cdecl]<void*, uint, long, ulong, byte*, nuint, nint, void*, int>)&StreamReceived);
        Set(callbacks, QuicLayout.AckedStreamData, (nint)(delegate* unmanaged[Cdecl]<void*, long, ulong, ulong, nint, void*, int>)&StreamAcknowledged);
        Set(callbacks, QuicLayout.StreamOpen, (nint)(delegate* unmanaged[Cdecl]<void*, long, nint, int>)&StreamOpened);
        Set(callbacks, QuicLayout.StreamClose, (nint)(delegate* unmanaged[Cdecl]<void*, uint, long, ulong, nint, void*, int>)&StreamClosed);
        Set(callbacks, QuicLayout.StreamReset, (nint)(delegate* unmanaged[Cdecl]<void*, long, ulong, ulong, nint, void*, int>)&StreamReset);
        Set(callbacks, QuicLayout.ExtendMaxStreamData, (nint)(delegate* unmanaged[Cdecl]<void*, long, ulong, nint, void*, int>)&StreamUnblocked);
        Set(callbacks, QuicLayout.ExtendMaxLocalStreams, (nint)(delegate* unmanaged[Cdecl]<void*, ulong, nint, int>)&StreamsAllowed);
        Set(callbacks, QuicLayout.RecvStatelessReset, (nint)(delegate* unmanaged[Cdecl]<void*, void*, nint, int>)&StatelessReset);
        Set(callbacks, QuicLayout.Rand, (nint)(delegate* unmanaged[Cdecl]<byte*, nuint, void*, void>)&Random);
        Set(callbacks, QuicLayout.GetNewConnectionId, (nint)(delegate* unmanaged[Cdecl]<void*, QuicCid*, byte*, nuint, nint, int>)&NewConnectionId);
        Set(callbacks, QuicLayout.RemoveConnectionId, (nint)(delegate* unmanaged[Cdecl]<void*, QuicCid*, nint, int>)&RemoveConnectionId);
    }

    private static void Set(byte* callbacks, int place, nint function) => *(nint*)(callbacks + place) = function;

    private static QuicSession Session(nint handle) => (QuicSession)GCHandle.FromIntPtr(handle).Target!;

    /// <summary>ngtcp2_crypto_conn_ref: a function and user data, which is where the connection's pointer is kept.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* GetConnection(void** reference) => *(void**)reference[1];

    /// <summary>A TLS session's pointer is its connection reference; the third word is ours: the handle of its <see cref="QuicSession"/>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int TicketReceived(nint tls, uint type, uint when, uint incoming, void* message)
    {
        var session = Session(((nint*)GnuTlsCalls.GetPointer(tls))[2]);
        try
        {
            session.TakeTicket();
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AddTicket(void* context, nint expires, void* key, void* data) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int HandshakeCompleted(void* connection, nint handle)
    {
        var session = Session(handle);
        try
        {
            session.Events.HandshakeCompleted();
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamReceived(void* connection, uint flags, long streamId, ulong offset, byte* bytes, nuint length, nint handle, void* streamData)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamReceived(streamId, new ReadOnlySpan<byte>(bytes, (int)length), (flags & Ngtcp2Calls.DataFin) != 0);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamAcknowledged(void* connection, long streamId, ulong offset, ulong length, nint handle, void* streamData)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamAcknowledged(streamId, offset + length);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamOpened(void* connection, long streamId, nint handle)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamOpened(streamId);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamClosed(void* connection, uint flags, long streamId, ulong code, nint handle, void* streamData)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamClosed(streamId, (flags & Ngtcp2Calls.CloseHasCode) != 0 ? code : null);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamReset(void* connection, long streamId, ulong finalSize, ulong code, nint handle, void* streamData)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamAborted(streamId, code);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamUnblocked(void* connection, long streamId, ulong limit, nint handle, void* streamData)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamUnblocked(streamId);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StreamsAllowed(void* connection, ulong limit, nint handle)
    {
        var session = Session(handle);
        try
        {
            session.Events.StreamsAllowed();
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int StatelessReset(void* connection, void* reset, nint handle)
    {
        Session(handle).WasReset = true;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Random(byte* destination, nuint length, void* context) => RandomNumberGenerator.Fill(new Span<byte>(destination, (int)length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int NewConnectionId(void* connection, QuicCid* id, byte* token, nuint length, nint handle)
    {
        var session = Session(handle);
        try
        {
            id->Length = length;
            RandomNumberGenerator.Fill(id->Span);
            session.GenerateResetToken(id, token);
            session.Events.ConnectionIdAdded(id->Span);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveConnectionId(void* connection, QuicCid* id, nint handle)
    {
        var session = Session(handle);
        try
        {
            session.Events.ConnectionIdRemoved(id->Span);
            return 0;
        }
        catch (Exception exception)
        {
            return session.Keep(exception);
        }
    }
}
