using System.Buffers.Binary;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>poll_oneoff.</summary>
internal sealed class PollCalls(ProgramState state)
{
    private const int SubscriptionBytes = 48, EventBytes = 32;
    private const uint SubscriptionLimit = 8192;
    private const byte ClockTag = 0, ReadTag = 1, WriteTag = 2;
    private const ulong NanosecondsPerMillisecond = 1_000_000;

    private Subscription[] _subscriptions = new Subscription[4];
    private PollEntry[] _entries = new PollEntry[5];
    private int _count;

    public void Register(CallTable table) => table.Add("poll_oneoff", "iiii", Poll);

    private Errno Poll(in HostCall call)
    {
        PendingWait? pending = state.PendingWait;
        state.PendingWait = null;
        uint input = call.U32(0), output = call.U32(1), count = call.U32(2);
        if (count is 0 or > SubscriptionLimit)
        {
            return Errno.Inval;
        }

        ReadOnlySpan<byte> wire = call.Bytes(input, (ulong)count * SubscriptionBytes);
        Span<byte> events = call.Bytes(output, (ulong)count * EventBytes);
        Span<byte> result = call.Result4(3);
        bool goesOn = pending is not null && pending.Input == input && pending.Output == output && pending.RemainingNs.Length == (int)count;
        Errno errno = Parse(wire, goesOn ? pending : null);
        if (errno != Errno.Success)
        {
            return errno;
        }

        int eventCount = Wait(call.Context.Interruption, input, output);
        if (eventCount == 0)
        {
            return Errno.Interrupted;
        }

        Report(events);
        result.Put((uint)eventCount);
        return Errno.Success;
    }

    /// <summary>Waits for the first events; 0 when a suspension was asked for before there was one.</summary>
    private int Wait(Interruption interruption, uint input, uint output)
    {
        while (true)
        {
            // RACE: a request that comes after this look wakes the poll.
            bool isRequested = interruption.IsRequested;
            int count = Prepare(interruption.WakeDescriptor);
            int timeoutMs = isRequested ? 0 : TimeoutMs();
            _ = Polling.Poll(_entries.AsSpan(0, count), timeoutMs);
            int eventCount = Collect();
            if (eventCount > 0)
            {
                return eventCount;
            }

            if (isRequested)
            {
                var remaining = new ulong[_count];
                for (int i = 0; i < _count; i++)
                {
                    remaining[i] = _subscriptions[i].IsRelative ? Remaining(_subscriptions[i]) : 0;
                }

                state.PendingWait = new PendingWait(input, output, remaining);
                return 0;
            }
        }
    }

    private Errno Parse(ReadOnlySpan<byte> wire, PendingWait? pending)
    {
        _count = wire.Length / SubscriptionBytes;
        if (_subscriptions.Length < _count)
        {
            _subscriptions = new Subscription[_count];
            _entries = new PollEntry[_count + 1];
        }

        ulong now = state.Clocks.MonotonicNs;
        for (int i = 0; i < _count; i++, wire = wire[SubscriptionBytes..])
        {
            var subscription = new Subscription { UserData = BinaryPrimitives.ReadUInt64LittleEndian(wire), Tag = wire[8] };
            switch (subscription.Tag)
            {
                case ClockTag:
                    ParseClock(ref subscription, wire[16..], now, pending?.RemainingNs[i]);
                    break;
                case ReadTag or WriteTag:
                    Rights needed = Rights.PollFdReadwrite | (subscription.Tag == ReadTag ? Rights.FdRead : Rights.FdWrite);
                    uint number = BinaryPrimitives.ReadUInt32LittleEndian(wire[16..]);
                    subscription.Error = state.Descriptors.Find(number, needed, out subscription.Descriptor);
                    break;
                default:
                    return Errno.Inval;
            }

            _subscriptions[i] = subscription;
        }

        return Errno.Success;
    }

    private static void ParseClock(ref Subscription subscription, ReadOnlySpan<byte> wire, ulong now, ulong? remaining)
    {
        uint clock = BinaryPrimitives.ReadUInt32LittleEndian(wire);
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(wire[8..]);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(wire[24..]);
        subscription.Error = clock <= ClockCalls.Monotonic && flags <= 1 ? Errno.Success
            : clock is ClockCalls.ProcessTime or ClockCalls.ThreadTime ? Errno.NotSup
            : Errno.Inval;
        subscription.IsRelative = flags == 0;
        subscription.IsRealtime = flags == 1 && clock == ClockCalls.Realtime;
        timeout = subscription.IsRelative ? remaining ?? timeout : timeout;
        subscription.DeadlineNs = !subscription.IsRelative ? timeout : timeout > ulong.MaxValue - now ? ulong.MaxValue : now + timeout;
    }

    private ulong Remaining(in Subscription subscription)
    {
        ulong now = subscription.IsRealtime ? state.Clocks.RealtimeNs : state.Clocks.MonotonicNs;
        return subscription.DeadlineNs > now ? subscription.DeadlineNs - now : 0;
    }

    /// <summary>Fills the entries to poll. Gives their number.</summary>
    private int Prepare(int wakeDescriptor)
    {
        _entries[0] = new PollEntry(wakeDescriptor, PollEvents.Readable);
        for (int i = 0; i < _count; i++)
        {
            ref Subscription subscription = ref _subscriptions[i];
            bool waits = subscription.Error == Errno.Success && subscription.Descriptor is { IsAlwaysReady: false, Host: not null };
            _entries[i + 1] = new PollEntry(
                waits ? subscription.Descriptor!.Host!.Number : -1, subscription.Tag == ReadTag ? PollEvents.Readable : PollEvents.Writable);
        }

        return _count + 1;
    }

    private int TimeoutMs()
    {
        ulong least = ulong.MaxValue;
        for (int i = 0; i < _count; i++)
        {
            ref Subscription subscription = ref _subscriptions[i];
            bool isReady = subscription.Error != Errno.Success || (subscription.Descriptor is not null && _entries[i + 1].Descriptor < 0);
            least = isReady ? 0 : subscription.Tag == ClockTag ? Math.Min(least, Remaining(subscription)) : least;
        }

        // Rounded up: the wait must not end before the clock says so.
        return least == ulong.MaxValue ? -1 : (int)Math.Min(int.MaxValue, (least / NanosecondsPerMillisecond) + (least % NanosecondsPerMillisecond > 0 ? 1UL : 0));
    }

    /// <summary>Marks the subscriptions that have an event. Gives their number.</summary>
    private int Collect()
    {
        int count = 0;
        for (int i = 0; i < _count; i++)
        {
            ref Subscription subscription = ref _subscriptions[i];
            PollEntry entry = _entries[i + 1];
            subscription.Returned = entry.Returned;
            subscription.HasEvent = subscription.Error != Errno.Success
                || (subscription.Tag == ClockTag ? Remaining(subscription) == 0 : entry.Descriptor < 0 || entry.Returned != PollEvents.None);
            subscription.Error = (entry.Returned & PollEvents.Invalid) != 0 ? Errno.BadF : subscription.Error;
            count += subscription.HasEvent ? 1 : 0;
        }

        return count;
    }

    private void Report(Span<byte> events)
    {
        for (int i = 0; i < _count; i++)
        {
            ref Subscription subscription = ref _subscriptions[i];
            if (subscription.HasEvent)
            {
                events[..EventBytes].Clear();
                events.Put(subscription.UserData);
                BinaryPrimitives.WriteUInt16LittleEndian(events[8..], (ushort)subscription.Error);
                events[10] = subscription.Tag;
                if (subscription.Tag != ClockTag && subscription.Error == Errno.Success)
                {
                    events[16..].Put(subscription.Tag == ReadTag ? Available(subscription.Descriptor!) : 1UL);
                    BinaryPrimitives.WriteUInt16LittleEndian(events[24..], (subscription.Returned & PollEvents.HangUp) != 0 ? (ushort)1 : (ushort)0);
                }

                events = events[EventBytes..];
            }

            subscription = default;
        }
    }

    private static ulong Available(Descriptor descriptor)
    {
        if (descriptor.File is not { } file)
        {
            return 1;
        }

        if (descriptor.FileKind != FileSystemKind.RegularFile)
        {
            return descriptor.Host is { } host ? (ulong)Math.Max(0, host.AvailableBytes()) : 0;
        }

        bool isKnown = file.Seek(0, 1, out long position) == Errno.Success & file.Status(out FileSystemStatus status) == Errno.Success;
        return isKnown && status.SizeBytes > (ulong)position ? status.SizeBytes - (ulong)position : 0;
    }

    private struct Subscription
    {
        public ulong UserData, DeadlineNs;
        public byte Tag;
        public bool IsRelative, IsRealtime, HasEvent;
        public Errno Error;
        public PollEvents Returned;
        public Descriptor? Descriptor;
    }
}
