using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>Waits until a descriptor is ready, or a suspension is asked for.</summary>
internal static class Waiting
{
    /// <summary>Gives success when the descriptor is ready, <see cref="Errno.Again"/> when it shall not be waited for, or <see cref="Errno.Interrupted"/>.</summary>
    public static Errno For(in HostCall call, Descriptor descriptor, PollEvents events)
    {
        if (descriptor.IsAlwaysReady || descriptor.Host is null)
        {
            return Errno.Success;
        }

        Interruption interruption = call.Context.Interruption;
        bool mayWait = (descriptor.Flags & FdFlags.NonBlocking) == 0;
        Span<PollEntry> entries = [new(descriptor.Host.Number, events), new(interruption.WakeDescriptor, PollEvents.Readable)];
        while (true)
        {
            // RACE: a request that comes after this look wakes the poll. One that was taken back in between is no reason to return.
            bool isRequested = interruption.IsRequested;
            _ = Polling.Poll(entries, mayWait && !isRequested ? -1 : 0);
            if (entries[0].Returned != PollEvents.None)
            {
                return Errno.Success;
            }

            if (!mayWait || isRequested)
            {
                return mayWait ? Errno.Interrupted : Errno.Again;
            }
        }
    }
}
