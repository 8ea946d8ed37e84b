namespace QuicWasm.Migration;

/// <summary>Holds back the bytes of other parts until the skeleton's are all here and something has been built of them.</summary>
internal sealed class SkeletonGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _build;
    private long _missingBytes;

    /// <param name="skeletonBytes">How long the skeleton is; where it is empty, the gate opens at once.</param>
    /// <param name="build">Called once, when it is complete.</param>
    public SkeletonGate(ulong skeletonBytes, Action build)
    {
        _build = build;
        _missingBytes = (long)skeletonBytes;
        if (skeletonBytes == 0)
        {
            Open();
        }
    }

    /// <summary>Ends when other parts may be written.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Bytes of the skeleton have been written.</summary>
    public void Arrived(ulong bytes)
    {
        if (Interlocked.Add(ref _missingBytes, -(long)bytes) == 0)
        {
            Open();
        }
    }

    private void Open()
    {
        _build();
        _opened.SetResult();
    }
}
