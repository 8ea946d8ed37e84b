namespace QuicWasm.Migration;

/// <summary>
/// Which granules have been asked for and which are here, so that each is fetched once, whoever wants it. What a lost connection has
/// taken along is asked for again; of a granule that had come in part, the part is not written again.
/// </summary>
internal sealed class GranuleLedger(GranulePlan plan)
{
    private readonly Lock _lock = new();
    private readonly GranuleSet _requested = new(plan);
    private readonly GranuleSet _arrived = new(plan);
    private readonly Dictionary<int, TaskCompletionSource> _waiters = [];
    private readonly Dictionary<int, ulong> _parts = [];
    private MigrationException? _failure;
    private int _arrivedCount;

    /// <summary>Whether every granule is here.</summary>
    public bool IsComplete => Volatile.Read(ref _arrivedCount) == plan.GranuleCount;

    /// <summary>
    /// The next granules of a range that nobody has asked for, as one run. They count as asked for from now on.
    /// </summary>
    /// <param name="cursor">Where to look from; it is moved on.</param>
    /// <param name="end">Where the range ends.</param>
    /// <param name="maxGranules">At most so many; 0 gives none.</param>
    /// <param name="batchBytes">At most so many bytes, where it is more than one granule.</param>
    /// <param name="roomBytes">At most so many bytes, where it is one granule.</param>
    /// <param name="run">The run.</param>
    /// <param name="bytes">Its length in bytes.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryRequest(ref int cursor, int end, int maxGranules, ulong batchBytes, ulong roomBytes, out GranuleRun run, out ulong bytes)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            while (cursor < end && _requested.Contains(cursor))
            {
                cursor++;
            }

            int first = cursor;
            bytes = 0;
            while (cursor < end && cursor - first < maxGranules && !_requested.Contains(cursor))
            {
                ulong length = plan.LengthOf(cursor);
                if (cursor == first ? length > roomBytes : bytes >= batchBytes || length > batchBytes - bytes)
                {
                    break;
                }

                bytes += length;
                _requested.Add(cursor);
                cursor++;
            }

            run = new GranuleRun(first, cursor - first);
            return run.Count > 0;
        }
    }

    /// <summary>Whether a granule is here.</summary>
    public bool HasArrived(int granule)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            return _arrived.Contains(granule);
        }
    }

    /// <summary>Whether a granule has been asked for.</summary>
    public bool IsRequested(int granule)
    {
        lock (_lock)
        {
            return _requested.Contains(granule);
        }
    }

    /// <summary>A connection is lost: what was asked for over it and is not here is to be asked for again.</summary>
    public void AskAgain(GranuleRun run)
    {
        lock (_lock)
        {
            for (int granule = run.First; granule < run.End; granule++)
            {
                if (!_arrived.Contains(granule))
                {
                    _requested.Remove(granule);
                }
            }
        }
    }

    /// <summary>Whether there is a granule of which only a part was written.</summary>
    public bool HasParts
    {
        get
        {
            lock (_lock)
            {
                return _parts.Count > 0;
            }
        }
    }

    /// <summary>How many bytes of a granule that is not here were written when its connection was lost.</summary>
    public ulong WrittenOf(int granule)
    {
        lock (_lock)
        {
            return _parts.GetValueOrDefault(granule);
        }
    }

    /// <summary>So many bytes of a granule are written, and its connection is lost.</summary>
    public void KeepPart(int granule, ulong writtenBytes)
    {
        lock (_lock)
        {
            _parts[granule] = Math.Max(writtenBytes, _parts.GetValueOrDefault(granule));
        }
    }

    /// <summary>Ends when a granule that was asked for is here.</summary>
    public Task WhenArrivedAsync(int granule)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            if (_arrived.Contains(granule))
            {
                return Task.CompletedTask;
            }

            if (!_waiters.TryGetValue(granule, out TaskCompletionSource? waiter))
            {
                waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add(granule, waiter);
            }

            return waiter.Task;
        }
    }

    /// <summary>All bytes of a granule have been written.</summary>
    public void MarkArrived(int granule)
    {
        lock (_lock)
        {
            _arrived.Add(granule);
            _arrivedCount++;
            _parts.Remove(granule);
            if (_waiters.Remove(granule, out TaskCompletionSource? waiter))
            {
                waiter.SetResult();
            }
        }
    }

    /// <summary>A transfer is given up: whoever waits, and whoever comes later, learns why.</summary>
    public void Fail(MigrationException failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            foreach (TaskCompletionSource waiter in _waiters.Values)
            {
                waiter.SetException(_failure);
            }

            _waiters.Clear();
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new MigrationException(failure.Error, failure.Message, failure);
        }
    }
}
