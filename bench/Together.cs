namespace QuicWasm.Bench;

/// <summary>Starts two at once, since a process takes some tenths of a second to start.</summary>
internal static class Together
{
    /// <summary>Waits for both; where one fails, the other is ended.</summary>
    public static async Task<(T First, T Second)> StartAsync<T>(Task<T> first, Task<T> second)
        where T : IAsyncDisposable
    {
        try
        {
            await Task.WhenAll(first, second);
            return (await first, await second);
        }
        catch
        {
            foreach (Task<T> other in new[] { first, second }.Where(t => t.IsCompletedSuccessfully))
            {
                await (await other).DisposeAsync();
            }

            throw;
        }
    }
}
