using System.Diagnostics;

namespace QuicWasm.Transport;

/// <summary>
/// The streams of a connection by number. A stream keeps its place until both sides have finished with it, so both count alike:
/// the peer cannot have more streams open than this side allows, nor this side more than the peer does.
/// </summary>
internal sealed class StreamTable(bool isDialler, int ownLimit, int peerLimit)
{
    private const int BuriedLength = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, StreamSlot> _slots = [];
    private readonly Queue<ulong> _buried = new();
    private readonly PlaceCounter _ownPlaces = new(ownLimit);
    private readonly PlaceCounter _peerPlaces = new(peerLimit);
    private int _announced;
    private ulong _nextOwn = isDialler ? 2UL : 1UL;
    private TransportException? _failure;

    /// <summary>Whether a stream of that number is opened by this side: the dialling side has the even ones.</summary>
    public bool IsOwnNumber(ulong number) => (number % 2 == 0) == isDialler;

    /// <summary>Takes a place for a stream of this side, waiting for one; null when the time runs out.</summary>
    public ValueTask<StreamSlot?> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitForPlaceAsync(
            _ownPlaces,
            () =>
            {
                var slot = Add(new StreamSlot(_nextOwn, isOwn: true));
                _nextOwn += 2;
                return slot;
            },
            () => null,
            timeout,
            cancellationToken);

    /// <summary>
    /// The slot of a stream that the peer opened and whose socket has come. Waits for a place, since the message that frees one may
    /// still be under way; null when none comes, or the stream is over.
    /// </summary>
    public async ValueTask<StreamSlot?> AdmitAsync(ulong number, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var over = new StreamSlot(number, isOwn: false) { HasPlace = true };
        var slot = await WaitForPlaceAsync(
            _peerPlaces,
            () =>
            {
                if (_slots.TryGetValue(number, out var announced))
                {
                    _announced--;
                }

                announced ??= Add(new StreamSlot(number, isOwn: false));
                announced.HasPlace = true;
                return announced;
            },
            () => _buried.Contains(number) ? over : _slots.GetValueOrDefault(number),
            timeout,
            cancellationToken);
        return slot == over ? null : slot;
    }

    /// <summary>
    /// The slot that a control message speaks of; null when it breaks the limit. The message may come before the stream's socket does:
    /// it then announces the stream. Sockets overtake each other and the messages, but the messages are in order, so by them alone an
    /// honest peer never has more streams than its limit.
    /// </summary>
    public StreamSlot? FindOrAnnounce(ulong number)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(number, out var known))
            {
                return known;
            }

            if (IsOwnNumber(number) || _announced == peerLimit)
            {
                return null;
            }

            _announced++;
            return Add(new StreamSlot(number, isOwn: false));
        }
    }

    /// <summary>The slot of that number, or null.</summary>
    public StreamSlot? Find(ulong number)
    {
        lock (_lock)
        {
            return _slots.GetValueOrDefault(number);
        }
    }

    /// <summary>Whether the stream ended before its socket came.</summary>
    public bool IsBuried(ulong number)
    {
        lock (_lock)
        {
            return _buried.Contains(number);
        }
    }

    /// <summary>Whether this side ever opened a stream of that number.</summary>
    public bool WasOpened(ulong number)
    {
        lock (_lock)
        {
            return IsOwnNumber(number) && number < _nextOwn;
        }
    }

    /// <summary>Notes that one side has finished; frees the place when both have.</summary>
    public void Finish(StreamSlot slot, bool byPeer)
    {
        lock (_lock)
        {
            slot.PeerFinished |= byPeer;
            slot.OwnFinished |= !byPeer;
            if (slot.PeerFinished && slot.OwnFinished)
            {
                Remove(slot);
            }
        }
    }

    /// <summary>
    /// Frees the place of a stream that the peer aborted and finished before its socket came; true when this was one. The socket may
    /// never come, since it was reset; if it does, the number is remembered for long enough to refuse it.
    /// </summary>
    public bool TryBury(StreamSlot slot)
    {
        lock (_lock)
        {
            if (slot.IsOwn || slot.IsAttached || !slot.PeerFinished || !slot.Failed.IsCompleted || !Remove(slot))
            {
                return false;
            }

            if (_buried.Count == BuriedLength)
            {
                _buried.Dequeue();
            }

            _buried.Enqueue(slot.Number);
            return true;
        }
    }

    /// <summary>Fails every stream, and each that is added later.</summary>
    public void FailAll(TransportException failure)
    {
        StreamSlot[] slots;
        lock (_lock)
        {
            _failure = failure;
            slots = [.. _slots.Values];
        }

        foreach (var slot in slots)
        {
            slot.Fail(failure);
        }
    }

    /// <summary>Looks for the slot, or adds it when a place is free; waits for a free place otherwise.</summary>
    private async ValueTask<StreamSlot?> WaitForPlaceAsync(
        PlaceCounter places, Func<StreamSlot> add, Func<StreamSlot?> find, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Task freed;
            lock (_lock)
            {
                if (find() is { HasPlace: true } known)
                {
                    return known;
                }

                if (places.TryTake())
                {
                    return add();
                }

                freed = places.Freed;
            }

            var left = timeout - Stopwatch.GetElapsedTime(started);
            try
            {
                await freed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    private StreamSlot Add(StreamSlot slot)
    {
        _slots.Add(slot.Number, slot);
        if (_failure is { } failure)
        {
            slot.Fail(failure);
        }

        return slot;
    }

    private bool Remove(StreamSlot slot)
    {
        if (!_slots.Remove(slot.Number))
        {
            return false;
        }

        if (slot.HasPlace)
        {
            (slot.IsOwn ? _ownPlaces : _peerPlaces).Free();
        }
        else
        {
            _announced--;
        }

        return true;
    }

    /// <summary>Counts places, and lets those wait who got none. Used under the table's lock.</summary>
    private sealed class PlaceCounter(int limit)
    {
        private int _free = limit;
        private TaskCompletionSource? _freed;

        /// <summary>Completes when the next place is freed.</summary>
        public Task Freed => (_freed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public bool TryTake()
        {
            if (_free == 0)
            {
                return false;
            }

            _free--;
            return true;
        }

        public void Free()
        {
            _free++;
            _freed?.SetResult();
            _freed = null;
        }
    }
}
