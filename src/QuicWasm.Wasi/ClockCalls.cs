using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>clock_*.</summary>
internal sealed class ClockCalls(ProgramState state)
{
    public const uint Realtime = 0, Monotonic = 1, ProcessTime = 2, ThreadTime = 3;

    private const ulong RealtimeResolutionNs = 100;

    public void Register(CallTable table)
    {
        table.Add("clock_res_get", "ii", Resolution);
        table.Add("clock_time_get", "ili", Time);
    }

    private Errno Resolution(in HostCall call)
    {
        Span<byte> result = call.Result8(1);
        uint clock = call.U32(0);
        if (clock > ThreadTime)
        {
            return Errno.Inval;
        }

        result.Put(clock == Realtime ? RealtimeResolutionNs : clock == Monotonic ? state.Clocks.MonotonicResolutionNs : 1UL);
        return Errno.Success;
    }

    private Errno Time(in HostCall call)
    {
        Span<byte> result = call.Result8(2);
        uint clock = call.U32(0);
        if (clock > ThreadTime)
        {
            return Errno.Inval;
        }

        result.Put(clock switch
        {
            Realtime => state.Clocks.RealtimeNs,
            Monotonic => state.Clocks.MonotonicNs,
            ProcessTime => state.Clocks.ProcessNs,
            _ => state.Clocks.ThreadNs,
        });
        return Errno.Success;
    }
}
