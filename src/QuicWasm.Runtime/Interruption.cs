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
    private long _countdown;

    /// <summary>Address of the 32-bit poll cell: not zero when a safe point has something to ask. It never moves.</summary>
    public nint PollCell => (nint)_cell;

    /// <summary>Readable when a request is pending, so that <c>poll</c> can wait for it beside other descriptors.</summary>
    public int WakeDescriptor => _wake.ReadDescriptor;

    /// <summary>Whether a suspension is asked for now.</summary>
    public bool IsRequested => Volatile.Read(ref _requested);

    /// <summary>Asks the running computation to suspend at its next safe point. Any thread may call it.</summary>
    public void Request()
    {
        lock (_lock)
        {
            _requested = true;
            RefreshCell();
            _wake.Signal();
        }
    }

    /// <summary>Asks the next computation to suspend at its safe point with this number, counted from 1. Not while one runs.</summary>
    public void RequestAfter(long safePoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(safePoints, 1);
        lock (_lock)
        {
            _countdown = safePoints;
            RefreshCell();
        }
    }

    /// <summary>Takes back every request. Whoever handled a suspension calls this before it resumes.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _requested = false;
            _countdown = 0;
            RefreshCell();
            _wake.Drain();
        }
    }

    /// <summary>Counts one safe point and says whether to suspend here. Engines call it, on the computation's thread, where the poll cell is not zero.</summary>
    // RACE: only this thread counts down, and the count is set while no computation runs; a request from another thread stays until Clear.
    public bool OnSafePoint()
    {
        if (_countdown > 0 && --_countdown == 0)
        {
            Request();
        }

        return Volatile.Read(ref _requested);
    }

    /// <summary>How many safe points are left of <see cref="RequestAfter"/>.</summary>
    public long Countdown => _countdown;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_cell is not null)
        {
            NativeMemory.Free(_cell);
            _cell = null;
            _wake.Dispose();
        }
    }

    // SAFETY: the cell lives until Dispose; callers hold the lock.
    private void RefreshCell() => Volatile.Write(ref *_cell, _requested || _countdown > 0 ? 1 : 0);
}
