namespace QuicWasm.State;

/// <summary>Lets threads use memory that another thread may want to free: closing waits until the last of them is out.</summary>
internal sealed class UseGate(string what)
{
    private readonly object _lock = new();
    private int _users;
    private bool _isClosed;

    /// <summary>Comes in; <see cref="Exit"/> must follow.</summary>
    /// <exception cref="ImageException">The gate is closed.</exception>
    public void Enter()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new ImageException(ImageError.Unavailable, $"{what} is closed");
            }

            _users++;
        }
    }

    public void Exit()
    {
        lock (_lock)
        {
            if (--_users == 0 && _isClosed)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Lets nobody in any more, and waits for those inside. False where it was closed before.</summary>
    public bool Close()
    {
        lock (_lock)
        {
            bool first = !_isClosed;
            _isClosed = true;
            while (_users > 0)
            {
                Monitor.Wait(_lock);
            }

            return first;
        }
    }
}
