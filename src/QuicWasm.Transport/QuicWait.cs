using System.Threading.Tasks.Sources;

namespace QuicWasm.Transport;

/// <summary>The reader or the writer of a stream that has to wait, again and again without allocating. Under its connection's lock, but for the result.</summary>
/// <param name="cancelled">Called under no lock when the operation's token is cancelled.</param>
internal sealed class QuicWait(Action cancelled) : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
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

    public void Complete(int result)
    {
        if (End())
        {
            _core.SetResult(result);
        }
    }

    public void Fail(Exception exception)
    {
        if (End())
        {
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

    private bool End()
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
}
