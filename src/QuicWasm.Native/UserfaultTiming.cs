using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>How long a page fault takes to reach the thread that answers it, on this machine, now.</summary>
public static unsafe partial class UserfaultTiming
{
    /// <summary>The median time from a touch to when a sleeping thread has read its event, over so many touches of a memory of its own.</summary>
    /// <exception cref="NativeException">The system has no userfaultfd.</exception>
    public static TimeSpan MedianTrap(int rounds)
    {
        using Userfault userfault = Userfault.Open();
        using MemoryFile file = MemoryFile.Create("quicwasm-trap", (ulong)rounds * AddressRange.PageBytes);
        using SharedView view = file.MapShared();
        userfault.Register((ulong)view.Base, file.LengthBytes, UserfaultModes.Missing);
        long[] known = new long[rounds];
        long[] touched = new long[rounds];
        Thread answerer = new(() => Answer(userfault, (ulong)view.Base, known)) { IsBackground = true, Name = "trap time" };
        answerer.Start();
        for (int i = 0; i < rounds; i++)
        {
            touched[i] = Stopwatch.GetTimestamp();

            // Outside of managed code: the collector does not wait for a thread that waits there.
            Touch(view.Base + ((nuint)i * AddressRange.PageBytes), 1);
        }

        answerer.Join();
        TimeSpan[] times = [.. touched.Zip(known, Stopwatch.GetElapsedTime).Order()];
        return times[rounds / 2];
    }

    private static void Answer(Userfault userfault, ulong begin, long[] known)
    {
        UserfaultEvent[] events = new UserfaultEvent[1];
        PollEntry[] entries = [new PollEntry((int)userfault.DangerousGetHandle(), PollEvents.Readable)];
        for (int answered = 0; answered < known.Length;)
        {
            Polling.Poll(entries, -1);
            if (userfault.Read(events) > 0)
            {
                known[(events[0].Address - begin) / AddressRange.PageBytes] = Stopwatch.GetTimestamp();
                userfault.ZeroPage(events[0].Address, AddressRange.PageBytes);
                answered++;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "strnlen")]
    private static partial nuint Touch(void* text, nuint most);
}
