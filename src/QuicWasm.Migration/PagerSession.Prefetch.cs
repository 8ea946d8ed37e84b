using System.Collections.Immutable;
using System.Diagnostics;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <content>What comes ahead of its first touch, and what is counted and recorded of touches.</content>
internal sealed partial class PagerSession
{
    private readonly TransferCounters _counters = new();
    private readonly PushWindow _window = new();
    private readonly Dictionary<int, ReadAhead> _readAheads = [];
    private GranuleSet? _prefetched;
    private GranuleSet? _touched;
    private long _recordUntil;
    private Task _withSkeleton = Task.CompletedTask;
    private (long Sent, long Received) _earlierWire;

    private Prefetch Policies => _attachment.Request.Prefetch;

    private bool IsRecording => _touched is not null && Stopwatch.GetTimestamp() < _recordUntil;

    // The kernel maps pages around a touched one that are there, unless writes of the range may be caught too: then a page that is mapped
    // is a page that was touched.
    private UserfaultModes Counting => _attachment.CountsTouches ? UserfaultModes.WriteProtect : 0;

    /// <summary>What was counted.</summary>
    public void WriteReport(BinaryWriter writer)
    {
        PagerReport report;
        GranuleSet? prefetched;
        TimeSpan trap = _host.TrapTime.Task.Result;
        lock (_lock)
        {
            prefetched = _prefetched?.Copy();
            (long sent, long received) = (_earlierWire.Sent + (_link?.Wire.BytesSent ?? 0), _earlierWire.Received + (_link?.Wire.BytesReceived ?? 0));
            report = new PagerReport
            {
                Faults = _clock.Records(trap),
                DemandedBytes = _counters.Bytes(ByteClass.Demanded),
                PrefetchedBytes = _counters.Bytes(ByteClass.Prefetched),
                ControlBytes = _counters.ControlBytes,
                ZeroBytes = _counters.ZeroBytes,
                PlainBytes = _counters.PlainBytes,
                Requests = _counters.Requests,
                Granules = _counters.Granules,
                WireSent = sent,
                WireReceived = received,
            };
        }

        (report with { Prefetched = prefetched?.Ranges() ?? [] }).Write(writer);
    }

    /// <summary>What was touched while that was recorded.</summary>
    public void WriteWorkingSet(BinaryWriter writer)
    {
        GranuleSet? touched;
        lock (_lock)
        {
            touched = _touched?.Copy();
        }

        PagerReport.WriteRanges(writer, touched?.Ranges(ProtocolLimits.MaxHints / 2) ?? []);
    }

    // Of a view whose pages are all here: nothing is caught there, but touches can be counted.
    private void CountTouches(PagedMemory memory, ulong view)
    {
        if (Counting != 0)
        {
            _host.Userfault.Register(view, memory.LengthBytes, Counting);
        }
    }

    // Before anybody else knows the session. What the stack points to comes with the skeleton, what was recorded right behind.
    private void BeginPrefetch(PagerLink link)
    {
        _prefetched = new GranuleSet(_plan);
        _touched = _attachment.Request.RecordTime > TimeSpan.Zero ? new GranuleSet(_plan) : null;
        ImmutableArray<PartRange> hints = link.Hints;
        List<GranuleRun> ofStack = [];
        for (int i = 0; i < hints.Length; i++)
        {
            GranuleRun run = _plan.GranulesOf(hints[i].Part, hints[i].Offset, hints[i].LengthBytes);
            if (run.End <= _plan.RequiredCount)
            {
                continue;
            }

            _queue.Want(run);
            for (int granule = run.First; granule < run.End; granule++)
            {
                _touched?.Add(granule);
            }

            if (i < link.StackHints)
            {
                ofStack.Add(run);
            }
        }

        _waitingSince = Stopwatch.GetTimestamp();
        _withSkeleton = Task.WhenAll(ofStack.Select(WaitForWantedAsync));
    }

    private Task WaitForWantedAsync(GranuleRun run)
    {
        lock (_lock)
        {
            Waiter waiter = new(run, Enumerable.Range(run.First, run.Count).Count(g => !_queue.HasArrived(g)));
            if (waiter.Missing > 0)
            {
                _waiters.Add(waiter);
            }

            return waiter.Missing > 0 ? waiter.Done.Task : Task.CompletedTask;
        }
    }

    private void OwnPrefetch()
    {
        lock (_lock)
        {
            _recordUntil = Stopwatch.GetTimestamp() + (long)(_attachment.Request.RecordTime.TotalSeconds * Stopwatch.Frequency);
        }
    }

    // Under the lock.
    private void Foresee(int part, int granule)
    {
        if (!Policies.HasFlag(Prefetch.ReadAhead))
        {
            return;
        }

        if (!_readAheads.TryGetValue(part, out ReadAhead? ahead))
        {
            _readAheads.Add(part, ahead = new ReadAhead());
        }

        (int first, int step, int count) = ahead.Touched(granule);
        GranuleRun all = _plan.GranulesOf(part, 0, _layout.Parts[part].LengthBytes);
        for (int i = 0; i < count; i++)
        {
            int next = first + (i * step);
            if (next >= all.First && next < all.End && !_queue.IsSent(next))
            {
                _queue.Want(new GranuleRun(next, 1));
            }
        }
    }

    // Under the lock.
    private void Record(GranuleRun run)
    {
        if (IsRecording)
        {
            for (int granule = run.First; granule < run.End; granule++)
            {
                _touched!.Add(granule);
            }
        }
    }
}
