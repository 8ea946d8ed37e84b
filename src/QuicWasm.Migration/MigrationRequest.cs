namespace QuicWasm.Migration;

/// <summary>What a running node asks for: which image, and how it is to be copied.</summary>
public sealed record MigrationRequest
{
    /// <summary>The image; the empty id stands for the only one that the node keeps.</summary>
    public Guid Image { get; init; }

    /// <summary>Whether the node's running program is frozen first, and its image is what is asked for.</summary>
    public bool FreezesProgram { get; init; }

    /// <summary>Whether, before that, the node fetches what it has not fetched of the program from another; else this node gets it through that one.</summary>
    public bool IsFlat { get; init; }

    /// <summary>Whether the image is shared with others: programs that are made of it are children of its program, and its program is not taken over.</summary>
    public bool IsShared { get; init; }

    /// <summary>Which program that is; the empty id stands for the only one.</summary>
    public Guid Program { get; init; }

    /// <summary>What a granule is.</summary>
    public Granularity Granularity { get; init; } = Granularity.Page;

    /// <summary>Page length, mode, and whether memories come first.</summary>
    public GranularityOptions Options { get; init; } = new();

    /// <summary>How many streams the granules travel over.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>How their bytes are compressed on the way.</summary>
    public Compression Compression { get; init; }

    /// <summary>What comes ahead of its first touch in mode cow.</summary>
    public Prefetch Prefetch { get; init; }

    /// <summary>For how long it is recorded what is touched, from the first instruction on; the memory node keeps the list for <see cref="Prefetch.Recorded"/>. Zero: not at all.</summary>
    public TimeSpan RecordTime { get; init; }

    /// <summary>How many granules of one stream may be asked for and not here yet.</summary>
    public int WindowGranules { get; init; } = 2048;

    /// <summary>How many bytes of one stream may be asked for and not here yet. A larger granule is asked for alone.</summary>
    public long WindowBytes { get; init; } = 8 << 20;

    /// <summary>How long the migration may take until the commit.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    internal void Validate()
    {
        Options.Validate();
        if (!Enum.IsDefined(Compression))
        {
            throw new MigrationException(MigrationError.InvalidOption, $"the compression {(int)Compression}: give none, lz4, zstd or auto");
        }

        ValidatePrefetch();
        if (Streams is < 1 or > 128 || WindowGranules < 1 || WindowBytes < 1 || Deadline <= TimeSpan.Zero)
        {
            throw new MigrationException(
                MigrationError.InvalidOption,
                $"{Streams} streams (1 to 128), a window of {WindowGranules} granules and {WindowBytes} bytes, a deadline of {Deadline}: give positive numbers");
        }
    }

    private void ValidatePrefetch()
    {
        if ((Prefetch & ~PrefetchNames.All) != 0 || RecordTime < TimeSpan.Zero)
        {
            throw new MigrationException(MigrationError.InvalidOption, $"the prefetch policies {(byte)Prefetch}, recorded for {RecordTime}: there are no such");
        }

        bool isPaged = Options is { Mode: CopyMode.Cow, EagerMemory: false };
        if (!isPaged && ((Prefetch & ~Prefetch.Push) != 0 || RecordTime > TimeSpan.Zero || (Prefetch != 0 && Options.Mode == CopyMode.NoCow)))
        {
            throw new MigrationException(
                MigrationError.InvalidOption,
                $"prefetch {PrefetchNames.Format(Prefetch)}{(RecordTime > TimeSpan.Zero ? " and a record" : "")}: only what is fetched later can come ahead; use mode cow"
                + $"{(Options.EagerMemory ? " without eager memory" : "")}");
        }
    }
}
