using System.Threading.Tasks.Sources;

namespace QuicWasm.Transport;

/// <summary>The reader or the writer of a stream that has to wait, again and again without allocating. Under its connection's lock, but for the result.</summary>
/// <param name="cancelled">Called under no lock when the operation's token is cancelled.</param>
internal sealed class QuicWait(Action cancelled) : IValueTaskSource<int>, IValueTaskSource
{
    /// <summary>Longer code of a reader would hold up the packets of others: it is left to the pool, but tried again in case that it was bad luck.</summary>
    private const ulong MaxHereNs = 100_000;
    private const int MaxPooled = 64;

    private ManualResetValueTaskSourceCore<int> _core;
    private int _pooled;
    private CancellationTokenRegistration _registration;

    /// <summary>Whether somebody waits.</summary>
    public bool IsPending { get; private set; }

    /// <summary>The token of who waits.</summary>
    public CancellationToken Token { get; private set; }

    /// <summary>Begins to wait; the version is for the ValueTask.</summary>
    public short Start(CancellationToken token)
    {
        _core.Reset();
        IsPending = true;
        Token = token;
        if (token.CanBeCanceled)
        {
            // RACE: when it is cancelled already, the call comes now, under the caller's lock, and the caller must see the result.
            _registration = token.UnsafeRegister(static state => ((Action)state!)(), cancelled);
        }

        return _core.Version;
    }

    /// <summary>Whether it was short, the last times, what the waiting code did before it waited again.</summary>
    public bool MayContinueHere => _pooled == 0 || ++_pooled > MaxPooled;

    /// <summary>Ends the wait. Who waited goes on when <see cref="Continue"/> is called, or <see cref="ContinueHere"/>.</summary>
    /// <returns>False when nobody waits.</returns>
    public bool TryEnd()
    {
        if (!IsPending)
        {
            return false;
        }

        // Not Dispose, which would wait for a callback that waits for our lock.
        IsPending = false;
        _registration.Unregister();
        _registration = default;
        return true;
    }

    /// <summary>Lets who waited go on, on a thread of the pool.</summary>
    public void Continue(int result)
    {
        _core.RunContinuationsAsynchronously = true;
        _core.SetResult(result);
    }

    /// <summary>Lets who waited go on here, until it waits again. Under no lock.</summary>
    public void ContinueHere(int result)
    {
        var start = QuicClock.NowNs;
        _core.RunContinuationsAsynchronously = false;
        _core.SetResult(result);
        _pooled = QuicClock.NowNs - start > MaxHereNs ? 1 : 0;
    }

    public void Fail(Exception exception)
    {
        if (TryEnd())
        {
            _core.RunContinuationsAsynchronously = true;
            _core.SetException(exception);
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
