using System.Collections.Concurrent;

namespace QuicWasm.Migration;

/// <summary>
/// Connections that a pager makes when a program is about to come, while it is frozen. Each is used once, and closed when nobody has taken it after a while.
/// </summary>
internal sealed class PagerConnections(PagerHost host)
{
    private readonly ConcurrentDictionary<string, Task<PagerConnection>> _made = new();

    /// <summary>Begins to connect, unless a connection to there waits already.</summary>
    public void Prepare(string endpoint)
    {
        if (_made.ContainsKey(endpoint))
        {
            return;
        }

        Task<PagerConnection> making = MakeAsync(endpoint);
        if (_made.TryAdd(endpoint, making))
        {
            _ = CloseLaterAsync(endpoint, making);
        }
        else
        {
            _ = CloseAsync(making);
        }
    }

    /// <summary>Nobody will take it.</summary>
    public Task CancelAsync(string endpoint) => _made.TryRemove(endpoint, out Task<PagerConnection>? making) ? CloseAsync(making) : Task.CompletedTask;

    /// <summary>The connection that was prepared, or null where none was, or it failed.</summary>
    public async Task<PagerConnection?> TakeAsync(string endpoint, CancellationToken cancellationToken)
    {
        if (!_made.TryRemove(endpoint, out Task<PagerConnection>? making))
        {
            return null;
        }

        try
        {
            return await making.WaitAsync(cancellationToken);
        }
        catch (MigrationException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(making);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async Task<PagerConnection> MakeAsync(string endpoint)
    {
        using CancellationTokenSource ending = new(host.Options.Transport.ConnectTimeout);
        return await PagerConnection.MakeAsync(host, endpoint, ending.Token);
    }

    private async Task CloseLaterAsync(string endpoint, Task<PagerConnection> making)
    {
        await Task.Delay(host.Options.Transport.ConnectTimeout);
        if (_made.TryRemove(KeyValuePair.Create(endpoint, making)))
        {
            await CloseAsync(making);
        }
    }

    private static async Task CloseAsync(Task<PagerConnection> making)
    {
        try
        {
            await (await making).DisposeAsync();
        }
        catch (Exception e) when (e is MigrationException or OperationCanceledException)
        {
            // It was never there.
        }
    }
}
