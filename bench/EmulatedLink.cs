using System.Diagnostics;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>A link between two namespaces, kept by an emulator process.</summary>
internal sealed class EmulatedLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _emulator;

    private EmulatedLink(Process emulator, LinkReady ready)
    {
        _emulator = emulator;
        Source = SiteIn(ready.Source, LinkNamespaces.SourceAddress);
        Destination = SiteIn(ready.Destination, LinkNamespaces.DestinationAddress);
    }

    /// <summary>The emulator's process.</summary>
    public int ProcessId => _emulator.Id;

    /// <summary>The source's side.</summary>
    public NodeSite Source { get; }

    /// <summary>The destination's side.</summary>
    public NodeSite Destination { get; }

    /// <summary>Starts the emulator; packets pass untouched until it is told otherwise.</summary>
    /// <exception cref="HarnessException">It cannot run here; the message says why.</exception>
    public static async Task<EmulatedLink> StartAsync(CancellationToken cancellationToken)
    {
        if (LinkNamespaces.Unavailable() is { } reason)
        {
            throw new HarnessException(reason);
        }

        Process emulator = NodeProcess.Launch(NodeSite.Loopback, "QuicWasm.Bench.dll", ["link"]);
        try
        {
            return new EmulatedLink(emulator, await AnswerAsync<LinkReady>(emulator, cancellationToken));
        }
        catch
        {
            await EndAsync(emulator);
            throw;
        }
    }

    /// <summary>What happens to packets from now on.</summary>
    public Task SetAsync(LinkSettings settings, int seed, CancellationToken cancellationToken) =>
        OrderAsync(LinkCommand.Set(settings, seed), cancellationToken);

    /// <summary>What it has carried until now.</summary>
    public Task<LinkCounters> CountersAsync(CancellationToken cancellationToken) => OrderAsync(LinkCommand.Counters, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(_emulator);

    private static NodeSite SiteIn(string name, string address) => new(["ip", "netns", "exec", name], address);

    private async Task<LinkCounters> OrderAsync(string order, CancellationToken cancellationToken)
    {
        await _emulator.StandardInput.WriteLineAsync(order.AsMemory(), cancellationToken);
        await _emulator.StandardInput.FlushAsync(cancellationToken);
        return await AnswerAsync<LinkCounters>(_emulator, cancellationToken);
    }

    private static async Task<T> AnswerAsync<T>(Process emulator, CancellationToken cancellationToken)
    {
        string? line = await emulator.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
        return line is null
            ? throw new HarnessException($"the link emulator ended: {(await emulator.StandardError.ReadToEndAsync(cancellationToken)).Trim()}")
            : JsonSerializer.Deserialize<T>(line, LinkCommand.Format)!;
    }

    // The end of its input has it remove the namespaces; killed, the next one does.
    private static async Task EndAsync(Process emulator)
    {
        try
        {
            emulator.StandardInput.Close();
        }
        catch (IOException)
        {
            // RACE: it has ended by itself; its input is closed.
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await emulator.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("the link emulator does not end and is killed; the next one removes its namespaces");
            emulator.Kill();
        }

        emulator.Dispose();
    }
}
