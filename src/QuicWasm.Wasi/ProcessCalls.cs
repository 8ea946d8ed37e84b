using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>proc_*, sched_yield and random_get.</summary>
internal sealed class ProcessCalls(ProgramState state)
{
    /// <summary>Preview 1 took proc_raise back, and no libc calls it.</summary>
    public const string Missing = "proc_raise";

    private const uint RandomChunkBytes = 1 << 20;

    public void Register(CallTable table)
    {
        table.AddFinal("proc_exit", "i", static (in HostCall call) => throw new ProgramExitException((int)call.U32(0)));
        table.Add(Missing, "i", static (in HostCall _) => Errno.NoSys);
        table.Add("sched_yield", "", static (in HostCall _) => Yield());
        table.Add("random_get", "ii", RandomGet);
    }

    private static Errno Yield()
    {
        _ = Thread.Yield();
        return Errno.Success;
    }

    private Errno RandomGet(in HostCall call)
    {
        uint offset = call.U32(0);
        uint left = call.U32(1);
        _ = call.Bytes(offset, left);
        while (left > 0)
        {
            uint length = Math.Min(left, RandomChunkBytes);
            state.Random.Fill(call.Bytes(offset, length));
            offset += length;
            left -= length;
        }

        return Errno.Success;
    }
}
