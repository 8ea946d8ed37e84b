namespace QuicWasm.Transport;

/// <summary>
/// The streams of a connection by number. A stream keeps its place until both sides have finished with it, so both count alike:
/// the peer cannot have more streams open than this side allows, nor this side more than the peer does.
/// </summary>
internal sealed class StreamTable(bool isDialler, int ownLimit, int peerLimit) : IDisposable
{
    private const int BuriedLength = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, StreamSlot> _slots = [];
    private readonly SemaphoreSlim _ownPlaces = new(ownLimit);
    private readonly SemaphoreSlim _peerPlaces = new(peerLimit);
    private readonly Queue<ulong> _buried = new(BuriedLength);
    private ulong _nextOwn = isDialler ? 2UL : 1UL;
    private TransportException? _failure;

    /// <summary>Whether a stream of that number is opened by this side: the dialling side has the even ones.</summary>
    public bool IsOwnNumber(ulong number) => (number % 2 == 0) == isDialler;

    /// <summary>Takes a place for a stream of this side, waiting for one; null when the time runs out.</summary>
    public async ValueTask<StreamSlot?> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!await _ownPlaces.WaitAsync(timeout, cancellationToken))
        {
            return null;
        }

        lock (_lock)
        {
            var slot = new StreamSlot(_nextOwn, isOwn: true);
            _nextOwn += 2;
            return Add(slot);
        }
    }

    /// <summary>The slot of a stream that the peer opened and whose socket has come. Waits for a place, since the notice that frees one may still be under way; null when none comes, or the stream is over.</summary>
    public async ValueTask<StreamSlot?> AdmitAsync(ulong number, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Find(number) is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            if (_buried.Contains(number))
            {
                return null;
            }
        }

        return await _peerPlaces.WaitAsync(timeout, cancellationToken) ? AddOrFind(number) : null;
    }

    /// <summary>The slot that a control message speaks of; null when it breaks the limit. A message may come before the stream's socket does.</summary>
    public StreamSlot? FindOrAdmit(ulong number)
    {
        if (Find(number) is { } known)
        {
            return known;
        }

        return !IsOwnNumber(number) && _peerPlaces.Wait(0) ? AddOrFind(number) : null;
    }

    /// <summary>The slot of that number, or null.</summary>
    public StreamSlot? Find(ulong number)
    {
        lock (_lock)
        {
            return _slots.GetValueOrDefault(number);
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
            if (!slot.PeerFinished || !slot.OwnFinished || !_slots.Remove(slot.Number))
            {
                return;
            }
        }

        (slot.IsOwn ? _ownPlaces : _peerPlaces).Release();
    }

    /// <summary>
    /// Frees the place of a stream that the peer aborted and finished before its socket came; true when this was one. The socket may
    /// never come, since it was reset; if it does, the number is remembered for long enough to refuse it.
    /// </summary>
    public bool TryBury(StreamSlot slot)
    {
        lock (_lock)
        {
            if (slot.IsOwn || slot.IsAttached || !slot.PeerFinished || !slot.Failed.IsCompleted || !_slots.Remove(slot.Number))
            {
                return false;
            }

            if (_buried.Count == BuriedLength)
            {
                _buried.Dequeue();
            }

            _buried.Enqueue(slot.Number);
        }

        _peerPlaces.Release();
        return true;
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

    public void Dispose()
    {
        _ownPlaces.Dispose();
        _peerPlaces.Dispose();
    }

    private StreamSlot AddOrFind(ulong number)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue(number, out var known))
            {
                _peerPlaces.Release();
                return known;
            }

            return Add(new StreamSlot(number, isOwn: false));
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
}
