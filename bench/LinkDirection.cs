using System.Buffers;
using System.Diagnostics;
using QuicWasm.Native;

namespace QuicWasm.Bench;

/// <summary>Carries packets from one TUN device to another as a <see cref="LinkModel"/> says. One thread, which owns everything but the model.</summary>
internal sealed class LinkDirection : IDisposable
{
    // Segments of one packet that come out within so short a time stay one packet.
    private const long TogetherNs = 250_000;
    private const int MostReadsAtOnce = 64;

    // A thread that waits runs some tens of microseconds after what it waited for: what is due within that time is as well handed over now, and a
    // packet that woke it has been there for that long. So delays are right on average; a longer lateness is that of a busy machine.
    private const long MostLatenessNs = 150_000;
    private const int LatenessSamples = 32;

    private readonly TunDevice _from;
    private readonly TunDevice _to;
    private readonly WakePipe _wake = new();
    private readonly PriorityQueue<Waiting, (long AtNs, long Number)> _waiting = new();
    private readonly byte[] _read = new byte[TunDevice.MaximumBytes];
    private readonly byte[] _piece = new byte[TunDevice.MaximumBytes];
    private readonly Thread _thread;
    private LinkModel _model;
    private long _packets, _bytes, _deliveredBytes, _lost, _dropped, _heldBack;
    private long _number;
    private long _latenessNs;
    private long _arrivedNs;
    private volatile bool _isEnding;

    /// <summary>Begins to carry.</summary>
    public LinkDirection(TunDevice from, TunDevice to, LinkModel model)
    {
        _from = from;
        _to = to;
        _model = model;
        _thread = new Thread(Carry) { Name = $"{from.Name} to {to.Name}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>What it does to packets that are sent from now on.</summary>
    public void Use(LinkModel model) => Volatile.Write(ref _model, model);

    /// <summary>What it has seen until now.</summary>
    public DirectionCounters Counters() => new(
        Volatile.Read(ref _packets), Volatile.Read(ref _bytes), Volatile.Read(ref _deliveredBytes),
        Volatile.Read(ref _lost), Volatile.Read(ref _dropped), Volatile.Read(ref _heldBack));

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnding = true;
        _wake.Signal();
        _thread.Join();
        _wake.Dispose();
    }

    private void Carry()
    {
        PrecisePolling.UseFineTimer();
        PollEntry[] entries = [new(_from.Descriptor, PollEvents.Readable), new(_wake.ReadDescriptor, PollEvents.Readable)];
        while (!_isEnding)
        {
            Deliver(Now() + _latenessNs);
            long dueNs = _waiting.TryPeek(out _, out (long AtNs, long) next) ? next.AtNs - _latenessNs : long.MaxValue;
            long startNs = Now();
            PrecisePolling.Poll(entries, dueNs == long.MaxValue ? -1 : Math.Max(0, dueNs - startNs));
            long wokenNs = Now();
            if (entries[0].Returned != 0)
            {
                LinkModel model = Volatile.Read(ref _model);
                _arrivedNs = Math.Max(_arrivedNs, Math.Max(startNs, wokenNs - _latenessNs));
                for (int i = 0, length; i < MostReadsAtOnce && (length = _from.Read(_read)) > 0; i++)
                {
                    Accept(model, _read.AsSpan(0, length), _arrivedNs);
                    _arrivedNs = Math.Max(_arrivedNs, Now() - _latenessNs);
                }
            }
            else if (dueNs > startNs && wokenNs >= dueNs)
            {
                _latenessNs += (Math.Min(wokenNs - dueNs, MostLatenessNs) - _latenessNs) / LatenessSamples;
            }
        }
    }

    private void Accept(LinkModel model, ReadOnlySpan<byte> bytes, long now)
    {
        var packet = new SegmentedPacket(bytes);
        int first = 0;
        long firstAt = 0, lastAt = 0;
        for (int i = 0; i < packet.Count; i++)
        {
            int length = packet.LengthOf(i);
            _packets++;
            _bytes += length;
            Verdict verdict = model.Decide(now, length);
            Count(verdict.Fate);
            bool isBreak = i > first && (verdict.Fate != Fate.Delivered || verdict.AtNs - firstAt > TogetherNs);
            if (isBreak)
            {
                Send(packet, first, i - first, lastAt, now);
                first = i;
            }

            if (verdict.Fate is Fate.Lost or Fate.Dropped)
            {
                first = i + 1;
            }
            else if (verdict.Fate == Fate.HeldBack)
            {
                Send(packet, i, 1, verdict.AtNs, now);
                first = i + 1;
            }
            else
            {
                firstAt = i == first ? verdict.AtNs : firstAt;
                lastAt = verdict.AtNs;
            }
        }

        if (first < packet.Count)
        {
            Send(packet, first, packet.Count - first, lastAt, now);
        }
    }

    private void Count(Fate fate)
    {
        _lost += fate == Fate.Lost ? 1 : 0;
        _dropped += fate == Fate.Dropped ? 1 : 0;
        _heldBack += fate == Fate.HeldBack ? 1 : 0;
    }

    private void Send(in SegmentedPacket packet, int first, int count, long atNs, long now)
    {
        int wireBytes = 0;
        for (int i = first; i < first + count; i++)
        {
            wireBytes += packet.LengthOf(i);
        }

        int length = packet.Write(first, count, _piece);
        if (atNs <= now && _waiting.Count == 0)
        {
            Write(_piece.AsSpan(0, length), count, wireBytes);
            return;
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        _piece.AsSpan(0, length).CopyTo(copy);
        _waiting.Enqueue(new Waiting(copy, length, count, wireBytes), (atNs, _number++));
    }

    private void Deliver(long now)
    {
        while (_waiting.TryPeek(out Waiting packet, out (long AtNs, long) due) && due.AtNs <= now)
        {
            _waiting.Dequeue();
            Write(packet.Bytes.AsSpan(0, packet.Length), packet.Segments, packet.WireBytes);
            ArrayPool<byte>.Shared.Return(packet.Bytes);
        }
    }

    private void Write(ReadOnlySpan<byte> packet, int segments, int wireBytes)
    {
        if (_to.Write(packet))
        {
            _deliveredBytes += wireBytes;
        }
        else
        {
            _dropped += segments;
        }
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>A packet on its way.</summary>
    private readonly record struct Waiting(byte[] Bytes, int Length, int Segments, int WireBytes);
}
