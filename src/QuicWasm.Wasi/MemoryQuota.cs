namespace QuicWasm.Wasi;

/// <summary>The bytes that a program's folders in memory may take together: contents in chunks, and some for each file and name.</summary>
internal sealed class MemoryQuota
{
    /// <summary>The largest limit. The state of WASI is one part of an image, and stays below a part's limit of 1 GiB with it.</summary>
    public const ulong MostBytes = 960UL << 20;

    public MemoryQuota(ulong limitBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limitBytes, MostBytes);
        LimitBytes = limitBytes;
    }

    public ulong LimitBytes { get; }

    public ulong UsedBytes { get; private set; }

    /// <summary>Whether so many bytes were left; they are taken then.</summary>
    public bool TryTake(ulong bytes)
    {
        if (bytes > LimitBytes - UsedBytes)
        {
            return false;
        }

        UsedBytes += bytes;
        return true;
    }

    public void Release(ulong bytes) => UsedBytes -= bytes;
}
