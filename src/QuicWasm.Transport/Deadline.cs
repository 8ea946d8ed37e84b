namespace QuicWasm.Transport;

/// <summary>Runs a step of a handshake under a deadline.</summary>
internal static class Deadline
{
    /// <summary>Runs <paramref name="step"/>; when the time runs out it is cancelled, and a timeout is thrown. The caller's own cancellation stays a cancellation.</summary>
    public static async ValueTask<T> RunAsync<T>(TimeSpan timeout, string what, Func<CancellationToken, ValueTask<T>> step, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(timeout);
        try
        {
            return await step(source.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(TransportError.Timeout, $"{what} did not end within {timeout.TotalSeconds:0.###} s", null, exception);
        }
    }
}
