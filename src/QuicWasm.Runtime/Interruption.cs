using System.Runtime.InteropServices;
using QuicWasm.Native;

namespace QuicWasm.Runtime;

/// <summary>
/// How a running computation is asked to stop at a safe point, from any thread. Engines poll <see cref="PollCell"/>;
/// where it is not zero they ask <see cref="OnSafePoint"/>. Host functions that block watch <see cref="WakeDescriptor"/>.
/// </summary>
public sealed unsafe class Interruption : IDisposable
{
    private readonly Lock _lock = new();
    private readonly WakePipe _wake = new();
    private int* _cell = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private bool _requested;
    private bool _visible;
    private int _postponements;
    private long _countdown;
    private long _fuel;
    private bool _hasFuel;
    private readonly List<nint> _cells = [];
    private ulong _stackLimit;
    private volatile bool _isSampleRequested;
    private bool _isLost;
    private bool _isPauseWanted;
    private Action? _atSafePoint;

    /// <summary>Address of the 32-bit poll cell: not zero when a safe point has something to ask. It never moves.</summary>
    public nint PollCell => (nint)_cell;

    /// <summary>Readable when a request is pending, so that <c>poll</c> can wait for it beside other descriptors.</summary>
    public int WakeDescriptor => _wake.ReadDescriptor;

    /// <summary>Whether a suspension is asked for now, and is not postponed.</summary>
    public bool IsRequested => Volatile.Read(ref _visible);

    /// <summary>Asks the running computation to suspend at its next safe point. Any thread may call it, also when the runtime is gone already.</summary>
    public void Request()
    {
        lock (_lock)
        {
            _requested = true;
            Refresh();
        }
    }

    /// <summary>Asks the next computation to suspend at its safe point with this number, counted from 1. Not while one runs.</summary>
    public void RequestAfter(long safePoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(safePoints, 1);
        lock (_lock)
        {
            _countdown = safePoints;
            Refresh();
        }
    }

    /// <summary>
    /// Lets computations pass only so many more safe points, those of host functions' callbacks and of start functions included: at the next
    /// one the program traps with "out of fuel". Not while a computation runs. A runtime that is given no fuel pays nothing for it.
    /// </summary>
    public void LimitFuel(long safePoints)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(safePoints);
        lock (_lock)
        {
            _fuel = safePoints;
            _hasFuel = true;
            Refresh();
        }
    }

    /// <summary>What brings the missing pages of the program's memories; null where nothing is missing.</summary>
    public ILazyMemory? LazyMemory { get; set; }

    /// <summary>Why the program cannot go on, since a page of it cannot be had any more; or null.</summary>
    public string? Loss => LazyMemory?.Loss;

    /// <summary>Has the computation look at <see cref="Loss"/> at its next safe point, and ends waits of host functions. Any thread may call it.</summary>
    public void Lose()
    {
        lock (_lock)
        {
            _isLost = true;
            Refresh();
        }
    }

    /// <summary>Called before anything that others can see, and before a stack is kept.</summary>
    /// <exception cref="TrapException">A page of the program cannot be had any more (PartUnavailable).</exception>
    public void ThrowIfLost()
    {
        if (Loss is { } loss)
        {
            throw new TrapException(TrapKind.PartUnavailable, loss);
        }
    }

    /// <summary>
    /// Asks the running computation to come back to its engine at its next safe point. The engine takes the request back, and goes on with the
    /// computation: nobody outside sees it.
    /// </summary>
    internal void RequestPause()
    {
        lock (_lock)
        {
            _isPauseWanted = true;
            Refresh();
        }
    }

    /// <summary>Whether that was asked for; takes the request back.</summary>
    internal bool TakePause()
    {
        if (!_isPauseWanted)
        {
            return false;
        }

        lock (_lock)
        {
            _isPauseWanted = false;
            Refresh();
        }

        return true;
    }

    /// <summary>
    /// Has the computation's thread do something at its next safe point, and go on; neither counted nor seen by the program. A computation that ends
    /// before that does not do it. Any thread may call it.
    /// </summary>
    internal void RunAtSafePoint(Action action)
    {
        lock (_lock)
        {
            _atSafePoint += action;
            Publish();
        }
    }

    /// <summary>Takes back every request. Whoever handled a suspension calls this before it resumes.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _requested = false;
            _countdown = 0;
            Refresh();
        }
    }

    /// <summary>
    /// Lets requests wait, and safe points go uncounted, until <see cref="Release"/>: for code above frames that no engine can capture,
    /// those of a host function. It nests. The computation's thread calls it.
    /// </summary>
    public void Postpone()
    {
        lock (_lock)
        {
            _postponements++;
            Refresh();
        }
    }

    /// <summary>Ends a <see cref="Postpone"/>.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _postponements--;
            Refresh();
        }
    }

    /// <summary>Counts one safe point and says whether to suspend here. Engines call it, on the computation's thread, where the poll cell is not zero.</summary>
    /// <exception cref="TrapException">The fuel is used up, or a page of the program is lost.</exception>
    // RACE: only this thread counts down, and the count is set while no computation runs; a request from another thread stays until Clear.
    public bool OnSafePoint()
    {
        ThrowIfLost();
        if (_atSafePoint is not null)
        {
            TakeAction()?.Invoke();
        }

        if (_hasFuel && _fuel-- == 0)
        {
            _fuel = 0;
            throw new TrapException(TrapKind.OutOfFuel);
        }

        if (_countdown > 0 && _postponements == 0 && --_countdown == 0)
        {
            Request();
        }

        return IsRequested;
    }

    /// <summary>
    /// Asks the engine that watches <see cref="PollCell"/> to show its stack at the next safe point, so that what runs often can be found. Any
    /// thread may call it. It is neither counted nor seen by the program.
    /// </summary>
    public void RequestSample()
    {
        if (_isSampleRequested)
        {
            return;
        }

        lock (_lock)
        {
            _isSampleRequested = true;
            Publish();
        }
    }

    /// <summary>Whether a sample was asked for; takes the request back. Engines ask before <see cref="OnSafePoint"/>.</summary>
    public bool TakeSample()
    {
        if (!_isSampleRequested)
        {
            return false;
        }

        lock (_lock)
        {
            _isSampleRequested = false;
            Publish();
        }

        return true;
    }

    /// <summary>Adds a cell that compiled code reads; it is kept up to date until <see cref="RemoveCell"/>.</summary>
    internal void AddCell(SafePointCell* cell)
    {
        lock (_lock)
        {
            _cells.Add((nint)cell);
            Publish();
        }
    }

    /// <summary>Takes a cell away.</summary>
    internal void RemoveCell(SafePointCell* cell)
    {
        lock (_lock)
        {
            _cells.Remove((nint)cell);
        }
    }

    /// <summary>The address below which the stack of the computation's thread must not grow; in every cell.</summary>
    internal ulong StackLimit
    {
        get => _stackLimit;
        set
        {
            lock (_lock)
            {
                _stackLimit = value;
                Publish();
            }
        }
    }

    /// <summary>How many safe points are left of <see cref="RequestAfter"/>.</summary>
    public long Countdown => _countdown;

    /// <summary>How many safe points the fuel lasts for, or null where there is no limit.</summary>
    public long? FuelLeft => _hasFuel ? _fuel : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_cell is not null)
            {
                NativeMemory.Free(_cell);
                _cell = null;
                _wake.Dispose();
            }
        }
    }

    private Action? TakeAction()
    {
        lock (_lock)
        {
            Action? action = _atSafePoint;
            _atSafePoint = null;
            Publish();
            return action;
        }
    }

    // SAFETY: the cell lives until Dispose, after which it is null; callers hold the lock.
    private void Refresh()
    {
        if (_cell is null)
        {
            return;
        }

        bool isHeard = _postponements == 0;
        Volatile.Write(ref _visible, (isHeard && (_requested || _isPauseWanted)) || _isLost);
        Publish();
        if (_visible)
        {
            _wake.Signal();
        }
        else
        {
            _wake.Drain();
        }
    }

    // Compiled code learns at function entries that there is something to ask from a stack limit that no stack keeps to.
    // SAFETY: the cells live until RemoveCell, and the poll cell until Dispose; callers hold the lock.
    private void Publish()
    {
        if (_cell is null)
        {
            return;
        }

        int poll = _hasFuel || _isLost || _atSafePoint is not null || (_postponements == 0 && (_requested || _isPauseWanted || _countdown > 0)) ? 1 : 0;
        Volatile.Write(ref *_cell, _isSampleRequested ? 1 : poll);
        foreach (nint address in _cells)
        {
            var cell = (SafePointCell*)address;
            Volatile.Write(ref cell->StackLimit, poll != 0 ? ulong.MaxValue : _stackLimit);
            Volatile.Write(ref cell->Poll, poll);
        }
    }
}
