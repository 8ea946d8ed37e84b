using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>The functions of libngtcp2 whose names or parameters differ between its series.</summary>
internal sealed unsafe class QuicFunctions
{
    private readonly QuicLayout _layout;
    private readonly nint _shutdown;
    private readonly nint _statistics;
    private readonly nint _closeError;
    private readonly nint _rejectEarlyData;
    private readonly nint _saveParameters;
    private readonly nint _restoreParameters;

    public QuicFunctions(nint core, QuicLayout layout)
    {
        _layout = layout;
        _shutdown = NativeLibrary.GetExport(core, "ngtcp2_conn_shutdown_stream");
        _statistics = NativeLibrary.GetExport(core, layout.StatisticsFunction);
        _closeError = NativeLibrary.GetExport(core, IsVersion0 ? "ngtcp2_conn_get_connection_close_error" : "ngtcp2_conn_get_ccerr");
        _rejectEarlyData = NativeLibrary.GetExport(core, IsVersion0 ? "ngtcp2_conn_early_data_rejected" : "ngtcp2_conn_tls_early_data_rejected");
        _saveParameters = NativeLibrary.GetExport(core, IsVersion0 ? "ngtcp2_conn_get_remote_transport_params" : "ngtcp2_conn_encode_0rtt_transport_params");
        _restoreParameters = NativeLibrary.GetExport(
            core, IsVersion0 ? "ngtcp2_conn_set_early_remote_transport_params_versioned" : "ngtcp2_conn_decode_and_set_0rtt_transport_params");
    }

    private bool IsVersion0 => ReferenceEquals(_layout, QuicLayout.Version0);

    /// <summary>Aborts both directions of a stream.</summary>
    public int ShutdownStream(void* connection, long streamId, ulong code) => IsVersion0
        ? ((delegate* unmanaged[Cdecl]<void*, long, ulong, int>)_shutdown)(connection, streamId, code)
        : ((delegate* unmanaged[Cdecl]<void*, uint, long, ulong, int>)_shutdown)(connection, 0, streamId, code);

    /// <summary>The smoothed round-trip time in nanoseconds.</summary>
    public ulong SmoothedRtt(void* connection)
    {
        var block = stackalloc byte[QuicLayout.BlockBytes];
        ((delegate* unmanaged[Cdecl]<void*, int, void*, void>)_statistics)(connection, Ngtcp2Calls.StructureVersion, block);
        return *(ulong*)(block + QuicLayout.StatisticsSmoothedRtt);
    }

    /// <summary>The peer has not taken the data that came with its first packet: streams are as if they had not been opened.</summary>
    public int RejectEarlyData(void* connection) => ((delegate* unmanaged[Cdecl]<void*, int>)_rejectEarlyData)(connection);

    /// <summary>The peer's transport parameters, to be used at the beginning of the next connection; empty when there are none.</summary>
    public byte[] SaveParameters(void* connection)
    {
        if (IsVersion0)
        {
            // What comes first in the structure: limits of data and streams. What is behind is not to be remembered (RFC 9000, 7.4.1).
            var parameters = ((delegate* unmanaged[Cdecl]<void*, byte*>)_saveParameters)(connection);
            return parameters == null ? [] : new ReadOnlySpan<byte>(parameters, QuicLayout.ParametersResetTokenPresent).ToArray();
        }

        var block = stackalloc byte[QuicLayout.BlockBytes];
        var length = ((delegate* unmanaged[Cdecl]<void*, byte*, nuint, nint>)_saveParameters)(connection, block, QuicLayout.BlockBytes);
        return length <= 0 ? [] : new ReadOnlySpan<byte>(block, (int)length).ToArray();
    }

    /// <summary>Sets what <see cref="SaveParameters"/> gave; false when the library does not take it.</summary>
    public bool RestoreParameters(void* connection, ReadOnlySpan<byte> saved)
    {
        var block = stackalloc byte[QuicLayout.BlockBytes];
        new Span<byte>(block, QuicLayout.BlockBytes).Clear();
        saved.CopyTo(new Span<byte>(block, QuicLayout.BlockBytes));
        if (IsVersion0)
        {
            ((delegate* unmanaged[Cdecl]<void*, int, byte*, void>)_restoreParameters)(connection, Ngtcp2Calls.StructureVersion, block);
            return true;
        }

        return ((delegate* unmanaged[Cdecl]<void*, byte*, nuint, int>)_restoreParameters)(connection, block, (nuint)saved.Length) == 0;
    }

    /// <summary>How the peer closed the connection: whether by its application, and the code.</summary>
    public (bool IsApplication, ulong Code, string Reason) CloseError(void* connection)
    {
        var block = stackalloc byte[QuicLayout.CloseBytes];
        var error = block;
        if (IsVersion0)
        {
            ((delegate* unmanaged[Cdecl]<void*, void*, void>)_closeError)(connection, block);
        }
        else
        {
            error = ((delegate* unmanaged[Cdecl]<void*, byte*>)_closeError)(connection);
        }

        var length = (int)Math.Min(*(nuint*)(error + QuicLayout.CloseReasonLength), 256);
        var reason = length == 0 ? string.Empty : Marshal.PtrToStringUTF8(*(nint*)(error + QuicLayout.CloseReason), length);
        return (*(int*)error == 1, *(ulong*)(error + QuicLayout.CloseCode), reason);
    }
}
