using System.Runtime.InteropServices;

namespace QuicWasm.Native;

/// <summary>A time to set on a file; laid out as the system's struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FileSystemTime
{
    private const long NowMark = (1L << 30) - 1, OmitMark = (1L << 30) - 2;

    private readonly long _seconds;
    private readonly long _nanoseconds;

    private FileSystemTime(long seconds, long nanoseconds) => (_seconds, _nanoseconds) = (seconds, nanoseconds);

    /// <summary>The time at which it is set.</summary>
    public static FileSystemTime Now => new(0, NowMark);

    /// <summary>Leaves the time as it is.</summary>
    public static FileSystemTime Unchanged => new(0, OmitMark);

    /// <summary>A time in nanoseconds since 1970.</summary>
    public static FileSystemTime At(ulong nanoseconds) => new((long)(nanoseconds / 1_000_000_000), (long)(nanoseconds % 1_000_000_000));

    /// <summary>The time in nanoseconds since 1970 that results, where a file's was this one.</summary>
    public ulong From(ulong currentNs, ulong nowNs) => _nanoseconds switch
    {
        NowMark => nowNs,
        OmitMark => currentNs,
        _ => ((ulong)_seconds * 1_000_000_000) + (ulong)_nanoseconds,
    };
}
