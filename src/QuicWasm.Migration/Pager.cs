using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// The pager of a running node: a process that brings the missing pages of lazily resumed programs. It is started when it is first needed,
/// or ahead of that; one that has died is replaced for programs that come later.
/// </summary>
public sealed class Pager(PagerOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private PagerProcess? _process;
    private bool _isDisposed;

    /// <summary>The process, or null where none runs.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_lock)
            {
                return _process is { IsAlive: true } process ? process.ProcessId : null;
            }
        }
    }

    /// <summary>Makes sure that the pager runs, so that the first program need not wait for it.</summary>
    /// <exception cref="MigrationException">It cannot be started here; the message says what is missing.</exception>
    public void Start() => Process();

    /// <summary>A program may come from a memory node: the pager starts where it does not run, and connects.</summary>
    internal void Prepare(string endpoint) => Tell(PagerVerb.Prepare, endpoint);

    /// <summary>It does not come.</summary>
    internal void Cancel(string endpoint) => Tell(PagerVerb.Cancel, endpoint);

    private void Tell(PagerVerb verb, string endpoint)
    {
        try
        {
            _ = Process().AskAsync(verb, PagerFrame.Write(w => w.Write(endpoint)));
        }
        catch (Exception e) when (e is MigrationException or ObjectDisposedException)
        {
            // Whoever needs the pager starts it again, and says why it cannot be.
        }
    }

    /// <summary>Ends the pager. Programs that still miss pages trap.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _process?.Dispose();
            _process = null;
        }
    }

    internal PagerProcess Process()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_process is { IsAlive: false })
            {
                _process.Dispose();
                _process = null;
            }

            try
            {
                return _process ??= PagerProcess.Start(options);
            }
            catch (NativeException e)
            {
                throw new MigrationException(MigrationError.Unsupported, $"memory cannot be fetched lazily here: {e.Message}; or copy memories eagerly", e);
            }
        }
    }
}
