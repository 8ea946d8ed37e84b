using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>proc_*, sched_yield and random_get.</summary>
internal sealed class ProcessCalls(ProgramState state)
{
    // witx: signal. Programs have no handlers, so each signal does what it does by default.
    private const uint NoSignal = 0, Child = 16, Continue = 17, Stop = 18, TerminalOutput = 21, Urgent = 22, WindowChange = 27, LastSignal = 30;

    private const int ExitCodeOfSignals = 128;

    private const uint RandomChunkBytes = 1 << 20;

    public void Register(CallTable table)
    {
        table.AddFinal("proc_exit", "i", static (in HostCall call) => throw new ProgramExitException((int)call.U32(0)));
        table.Add("proc_raise", "i", static (in HostCall call) => Raise(call.U32(0)));
        table.Add("sched_yield", "", static (in HostCall _) => Yield());
        table.Add("random_get", "ii", RandomGet);
    }

    /// <summary>Ends the program with the exit code that a shell shows, or does nothing; a program cannot be stopped.</summary>
    private static Errno Raise(uint signal) => signal switch
    {
        NoSignal or Child or Continue or Urgent or WindowChange => Errno.Success,
        >= Stop and <= TerminalOutput => Errno.NotSup,
        <= LastSignal => throw new ProgramExitException(ExitCodeOfSignals + (int)signal),
        _ => Errno.Inval,
    };

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
