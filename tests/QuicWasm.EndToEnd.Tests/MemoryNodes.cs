using System.Collections.Concurrent;
using QuicWasm.Bench;
using QuicWasm.EndToEnd.Tests;
using QuicWasm.State;
using QuicWasm.Transport;

[assembly: AssemblyFixture(typeof(MemoryNodes))]

namespace QuicWasm.EndToEnd.Tests;

/// <summary>
/// Memory nodes in processes of their own, one for each transport, for all tests. A thread here that waits for a page holds up the collector, and the
/// collector holds up every other thread: a memory node in this process would wait for itself.
/// </summary>
public sealed class MemoryNodes : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
    private readonly NodeIdentity _identity;
    private readonly ConcurrentDictionary<string, Lazy<Task<(NodeProcess Process, TransportEndpoint Endpoint)>>> _nodes = new();
    private int _images;

    public MemoryNodes()
    {
        _identity = NodeIdentity.LoadOrCreate(_folder);
        Transport = TransportOptions.Default with { Authentication = new PeerAuthentication(_identity, [_identity.Fingerprint]) };
    }

    /// <summary>Whom a running node in this process trusts: both sides are one node here, which knows itself.</summary>
    internal TransportOptions Transport { get; }

    /// <summary>The same as options of a command.</summary>
    internal string[] Keys => ["--identity", Path.Combine(_folder, NodeIdentity.FileName), "--peer", _identity.Fingerprint];

    /// <summary>Serves an image, which is disposed of here.</summary>
    internal async Task<ServedImage> ServeAsync(FrozenImage image, string transport)
    {
        Guid id = image.Layout.Id;
        string folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
        string file = Path.Combine(folder, $"{Interlocked.Increment(ref _images)}.image");
        using (image)
        {
            ImageFile.Write(image, file);
        }

        (NodeProcess process, TransportEndpoint endpoint) = await _nodes.GetOrAdd(transport, t => new(() => StartAsync(t))).Value;
        lock (process)
        {
            process.AddLine(file);
        }

        await process.MessageAsync($"quicwasm: serving {file} as image {id}", TestContext.Current.CancellationToken);
        return new ServedImage(id, endpoint, folder);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<Task<(NodeProcess Process, TransportEndpoint)>> node in _nodes.Values)
        {
            await (await node.Value).Process.DisposeAsync();
        }

        _identity.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Not with a test's cancellation: other tests go on with it.
    private async Task<(NodeProcess Process, TransportEndpoint Endpoint)> StartAsync(string transport)
    {
        string[] keys = transport == "tcp" ? [] : Keys;
        NodeProcess process = NodeProcess.StandBy(NodeSite.Loopback, ["serve", "-", "--listen", $"{transport}:127.0.0.1:0", .. keys]);
        try
        {
            return (process, TransportEndpoint.Parse(await process.MessageAsync("quicwasm: listening on ", CancellationToken.None)));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
