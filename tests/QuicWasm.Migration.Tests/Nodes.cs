using QuicWasm.Transport;

namespace QuicWasm.Migration.Tests;

/// <summary>A memory node and the means to reach it.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Nodes(TransportRegistry transports, MemoryNode memory, TransportEndpoint endpoint)
    {
        Transports = transports;
        Memory = memory;
        Endpoint = endpoint;
    }

    public TransportRegistry Transports { get; }

    public MemoryNode Memory { get; }

    public TransportEndpoint Endpoint { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Nodes> StartAsync(string transport = "loopback", MemoryNodeOptions? options = null)
    {
        TransportRegistry transports = TransportRegistry.CreateDefault();
        MemoryNode memory = new(options ?? new MemoryNodeOptions());
        TransportEndpoint endpoint = TransportEndpoint.Parse(transport == "loopback" ? "loopback:memory" : $"{transport}:127.0.0.1:0");
        return new Nodes(transports, memory, await memory.ListenAsync(transports, endpoint, TransportOptions.Default, Cancellation));
    }

    /// <summary>A memory node on a loopback transport that the test has its hands on.</summary>
    public static async Task<Nodes> StartAsync(CutTransport transport)
    {
        TransportRegistry transports = new([transport]);
        MemoryNode memory = new(new MemoryNodeOptions());
        TransportEndpoint endpoint = TransportEndpoint.Parse("loopback:memory");
        return new Nodes(transports, memory, await memory.ListenAsync(transports, endpoint, TransportOptions.Default, Cancellation));
    }

    public RunningNode Running(RunningNodeOptions? options = null) => new(Transports, options ?? new RunningNodeOptions());

    public Task<NodeClient> ClientAsync(RunningNodeOptions? options = null) =>
        NodeClient.ConnectAsync(Transports, Endpoint, options ?? new RunningNodeOptions(), Cancellation);

    public ImageState StateOf(FakeImage image) => Memory.Images.Single(i => i.Id == image.Layout.Id).State;

    /// <summary>Waits for a condition that another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        ending.CancelAfter(Patience);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(ending.Token);
        }
    }

    public static async Task<MigrationException> FailsAsync(Func<Task> action) => await Assert.ThrowsAsync<MigrationException>(action);

    public ValueTask DisposeAsync() => Memory.DisposeAsync();
}
