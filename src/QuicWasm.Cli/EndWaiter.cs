using System.Diagnostics;
using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>
/// The connection to a node that stays up, for an order there and for the wait until its programs end. They run on whatever becomes of the connection: it is made
/// again, and the question is asked again.
/// </summary>
/// <param name="console">Told when the connection is lost.</param>
/// <param name="node">The node.</param>
/// <param name="options">How it is connected.</param>
internal sealed class EndWaiter(CommandConsole console, TransportEndpoint node, RunningNodeOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private NodeClient? _client;

    /// <summary>The connection; made where there is none, or none any more.</summary>
    /// <exception cref="MigrationException">The node does not answer.</exception>
    public async Task<NodeClient> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_client is { IsConnected: false })
        {
            await DisposeAsync();
        }

        return _client ??= await NodeClient.ConnectAsync(Transports.All, node, options, cancellationToken);
    }

    /// <summary>Waits for one of them.</summary>
    /// <exception cref="MigrationException">The node knows no such program, or stays away.</exception>
    public async Task<OrderedEnd> WaitAsync(Guid program, CancellationToken cancellationToken)
    {
        long? lostAt = null;
        while (true)
        {
            try
            {
                NodeClient client = await ConnectAsync(cancellationToken);
                lostAt = null;
                return await client.WaitForEndAsync(program, cancellationToken);
            }
            catch (MigrationException e) when (e.Error is MigrationError.ConnectionLost or MigrationError.DeadlineExceeded
                && (lostAt is null || Stopwatch.GetElapsedTime(lostAt.Value) < options.LinkDeadline))
            {
                if (lostAt is null)
                {
                    lostAt = Stopwatch.GetTimestamp();
                    console.Say($"{e.Message}; the connection is made again");
                }

                await DisposeAsync();
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await client.DisposeAsync();
        }
    }
}
