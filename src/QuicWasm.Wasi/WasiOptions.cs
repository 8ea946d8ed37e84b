namespace QuicWasm.Wasi;

/// <summary>What a program sees of its host. For a program that is resumed, its image's arguments and environment win.</summary>
public sealed record WasiOptions
{
    /// <summary>The arguments; the first is the program's name.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The folders that the program sees, from descriptor 3 on.</summary>
    public IReadOnlyList<WasiPreopen> Preopens { get; init; } = [];

    /// <summary>
    /// Bytes that the folders in memory may take together; null: 256 MiB, or what the image says. At most 960 MiB, because they
    /// travel in one part of an image.
    /// </summary>
    public ulong? MemoryFolderLimitBytes { get; init; }

    /// <summary>Sockets of the process that the program inherits, behind the folders. They are not closed.</summary>
    public IReadOnlyList<int> Sockets { get; init; } = [];

    /// <summary>The program's standard input.</summary>
    public WasiStandardStream Stdin { get; init; } = WasiStandardStream.FromDescriptor(0);

    /// <summary>The program's standard output.</summary>
    public WasiStandardStream Stdout { get; init; } = WasiStandardStream.FromDescriptor(1);

    /// <summary>The program's standard error.</summary>
    public WasiStandardStream Stderr { get; init; } = WasiStandardStream.FromDescriptor(2);

    /// <summary>Makes random numbers the same in every run; null: seeded by the operating system.</summary>
    public ulong? RandomSeed { get; init; }

    /// <summary>Where the realtime and monotonic clocks come from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
