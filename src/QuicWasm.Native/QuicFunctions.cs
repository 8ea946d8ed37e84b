using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>The functions of libngtcp2 whose names or parameters differ between its series.</summary>
internal sealed unsafe class QuicFunctions
{
    private readonly QuicLayout _layout;
    private readonly nint _shutdown;
    private readonly nint _statistics;
    private readonly nint _closeError;

    public QuicFunctions(nint core, QuicLayout layout)
    {
        _layout = layout;
        _shutdown = NativeLibrary.GetExport(core, "ngtcp2_conn_shutdown_stream");
        _statistics = NativeLibrary.GetExport(core, layout.StatisticsFunction);
        _closeError = NativeLibrary.GetExport(core, IsVersion0 ? "ngtcp2_conn_get_connection_close_error" : "ngtcp2_conn_get_ccerr");
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
