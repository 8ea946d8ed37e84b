using System.Text;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>All that preview 1 keeps for one program.</summary>
internal sealed class ProgramState : IDisposable
{
    private const ulong DefaultMemoryFolderBytes = 256UL << 20;

    private readonly WasiOptions _options;

    /// <summary>Opens what the options name.</summary>
    /// <exception cref="HostStateException">A folder cannot be opened; nothing stays open.</exception>
    public ProgramState(WasiOptions options)
    {
        _options = options;
        Arguments = Encode(options.Arguments, "an argument");
        Environment = Encode(options.Environment, "a variable of the environment");
        Clocks = new ProgramClocks(options.Clock);
        Random = RandomSource.FromSeed(options.RandomSeed);
        Quota = new MemoryQuota(options.MemoryFolderLimitBytes ?? DefaultMemoryFolderBytes);
        try
        {
            foreach (WasiPreopen preopen in options.Preopens)
            {
                Preopens.Add(preopen.HostPath is null
                    ? Preopen.OpenMemory(preopen.GuestPath, preopen.IsReadOnly, new MemoryFolder((uint)Preopens.Count, Quota, options.Clock))
                    : Preopen.OpenHost(preopen));
            }
        }
        catch (HostStateException)
        {
            Dispose();
            throw;
        }

        for (int i = 0; i < 3; i++)
        {
            Descriptors.Add(OpenStandard(i));
        }

        Preopens.ForEach(p => Descriptors.Add(p.OpenDescriptor()));
        for (int i = 0; i < options.Sockets.Count; i++)
        {
            Descriptors.Add(OpenSocket(i));
        }
    }

    public byte[][] Arguments { get; set; }

    public byte[][] Environment { get; set; }

    public ProgramClocks Clocks { get; }

    public RandomSource Random { get; set; }

    /// <summary>The folders of the options, in their order; open until the end.</summary>
    public List<Preopen> Preopens { get; } = [];

    /// <summary>What folders in memory may take together.</summary>
    public MemoryQuota Quota { get; set; }

    public DescriptorTable Descriptors { get; set; } = new();

    /// <summary>The wait that was interrupted and has not been issued again; else null.</summary>
    public PendingWait? PendingWait { get; set; }

    /// <summary>The limit of the options for folders in memory; null where an image's own limit holds.</summary>
    public ulong? MemoryFolderLimitBytes => _options.MemoryFolderLimitBytes;

    /// <summary>Where times of files come from.</summary>
    public TimeProvider Clock => _options.Clock;

    public int SocketCount => _options.Sockets.Count;

    public Descriptor OpenStandard(int index) => index switch
    {
        0 => _options.Stdin.Open(0),
        1 => _options.Stdout.Open(1),
        _ => _options.Stderr.Open(2),
    };

    public Descriptor OpenSocket(int index)
    {
        var host = Native.FileSystemDescriptor.Borrow(_options.Sockets[index]);
        _ = host.Status(out Native.FileSystemStatus status);
        return new Descriptor(DescriptorKind.Socket, status.Kind) { File = new HostFile(host), Index = index, Base = RightsFacts.Of(status.Kind) };
    }

    public void Dispose()
    {
        Descriptors.Dispose();
        Preopens.ForEach(static p => p.Dispose());
    }

    public static byte[][] Encode(IReadOnlyList<string> strings, string what) =>
        strings.Any(static s => s.Contains('\0', StringComparison.Ordinal))
            ? throw new ArgumentException($"{what} has a zero character in it")
            : [.. strings.Select(Encoding.UTF8.GetBytes)];
}

/// <summary>What is left of a poll_oneoff that was interrupted.</summary>
/// <param name="Input">The address of its subscriptions.</param>
/// <param name="Output">The address of its events.</param>
/// <param name="RemainingNs">By subscription, how much of a relative time is left.</param>
internal sealed record PendingWait(uint Input, uint Output, ulong[] RemainingNs);
