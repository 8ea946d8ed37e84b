using System.Collections.Concurrent;
using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>The files that many programs of a resident node write their output to: when each has written for the first time.</summary>
internal sealed class OutputFolder : IDisposable
{
    private const string Pattern = "*.out";

    private readonly ConcurrentDictionary<string, long> _first = new();
    private readonly FileSystemWatcher _watcher;
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _count;

    /// <summary>Looks at a folder in which there is no such file yet, until so many have come.</summary>
    public OutputFolder(string folder, int count)
    {
        _count = count;
        _watcher = new FileSystemWatcher(folder, Pattern) { NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite };
        _watcher.Changed += (_, change) => Take(change.FullPath);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>The files that have something in them.</summary>
    public IEnumerable<string> Files => _first.Keys;

    /// <summary>Waits until every one has something in it; gives when the last of them had, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public async Task<long> FirstOutputOfAllAsync(CancellationToken cancellationToken)
    {
        await _all.Task.WaitAsync(cancellationToken);
        return _first.Values.Max();
    }

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    private void Take(string file)
    {
        if (_first.TryAdd(file, Stopwatch.GetTimestamp()) && _first.Count >= _count)
        {
            _all.TrySetResult();
        }
    }
}
