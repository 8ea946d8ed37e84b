using BenchmarkDotNet.Attributes;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>First touches of pages of a program that was resumed in cow: kernel, pager process, memory node over TCP, and back. Linux.</summary>
public class FaultBenchmarks
{
    private const int HeapMib = 4, PageBytes = 4096, Pages = 512;
    private const ulong First = 64 << 10;

    private readonly TransportRegistry _transports = TransportRegistry.CreateDefault();
    private readonly Pager _pager = new(new PagerOptions(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "QuicWasm.Cli.dll"), "pager", "--socket"));

    private MemoryNode _node = null!;
    private TransportEndpoint _endpoint = null!;
    private MigratedProgram _migrated = null!;
    private MemoryInstance _memory = null!;

    /// <summary>Starts the memory node.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _node = new MemoryNode(new MemoryNodeOptions());
        _endpoint = await _node.ListenAsync(_transports, TransportEndpoint.Parse("tcp:127.0.0.1:0"), TransportOptions.Default);
    }

    /// <summary>Ends it and the pager.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _node.DisposeAsync();
        _pager.Dispose();
    }

    /// <summary>Resumes a program of which nothing but the skeleton is here.</summary>
    [IterationSetup]
    public void Resume() => ResumeAsync().GetAwaiter().GetResult();

    /// <summary>Lets it go.</summary>
    [IterationCleanup]
    public void Leave()
    {
        _migrated.Program.Dispose();
        _migrated.Migration.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>One page, touched for the first time.</summary>
    [Benchmark(OperationsPerInvoke = Pages)]
    public int Touch()
    {
        int sum = 0;
        for (ulong page = 0; page < Pages; page++)
        {
            sum += _memory.Span(First + (page * PageBytes), 1)[0];
        }

        return sum;
    }

    private async Task ResumeAsync()
    {
        Guid image = _node.Add(ProgramCapture.Capture(MicroPrograms.Suspended(HeapMib)), "kv");
        var request = new MigrationRequest { Image = image, Granularity = Granularity.Page, Options = new GranularityOptions(PageBytes, CopyMode.Cow) };
        _migrated = await new RunningNode(_transports, new RunningNodeOptions { Pager = _pager }).ResumeAsync(_endpoint, request, MicroPrograms.Configure(HeapMib));
        _memory = _migrated.Program.Context.Store.Memories[0];
    }
}
