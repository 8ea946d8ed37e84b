using System.Diagnostics;

namespace QuicWasm.Bench;

/// <summary>Lines as they come, and when. Any thread may add to them, look at them, and wait for them.</summary>
internal sealed class OutputLines : IProgramOutput
{
    private readonly List<string> _lines = [];
    private readonly List<long> _times = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> OutputTimes
    {
        get
        {
            lock (_lock)
            {
                return [.. _times];
            }
        }
    }

    /// <summary>Done when no more lines come.</summary>
    public Task Ended => _ended.Task;

    /// <summary>A line has come; null is the end.</summary>
    public void Add(string? line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (line is null)
            {
                _ended.TrySetResult();
            }
            else
            {
                _lines.Add(line);
                _times.Add(Stopwatch.GetTimestamp());
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Waits until a condition of the lines holds. False where they end before.</summary>
    public async Task<bool> UntilAsync(Func<List<string>, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(_lines) || _ended.Task.IsCompleted)
                {
                    return condition(_lines);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }
}
