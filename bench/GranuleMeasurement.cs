using System.Diagnostics;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>
/// Fetches many small granules that do not depend on each other, in three ways: each over a stream of its own, as unrelated clients do;
/// over streams that stay open, one granule at a time on each, as threads that touch pages do; and asked for ahead on those, as a copy does.
/// </summary>
internal sealed class GranuleMeasurement(TransportEndpoint endpoint, TransportOptions options, GranuleLoad load)
{
    private const int AheadOnEach = 16;

    /// <summary>The ways, as the table calls them.</summary>
    public static readonly string[] Ways = ["stream each", "one at a time", $"{AheadOnEach} ahead"];

    /// <summary>Measures all of them over one connection.</summary>
    public async Task<GranuleFigures> RunAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await using ITransportConnection connection = await TransportRegistry.CreateDefault().ConnectAsync(endpoint, options, cancellationToken);
        double connectMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        GranuleFigures.Way each = await MeasureAsync((take, samples) => StreamEachAsync(connection, take, samples, cancellationToken));
        GranuleFigures.Way single = await MeasureAsync((take, samples) => KeptStreamAsync(connection, 1, take, samples, cancellationToken));
        GranuleFigures.Way ahead = await MeasureAsync((take, samples) => KeptStreamAsync(connection, AheadOnEach, take, samples, cancellationToken));
        return new GranuleFigures(connectMs, [each, single, ahead]);
    }

    private async Task<GranuleFigures.Way> MeasureAsync(Func<Func<bool>, List<double>, Task> fetch)
    {
        int left = load.Granules;
        bool Take() => Interlocked.Decrement(ref left) >= 0;
        List<double>[] samples = [.. Enumerable.Range(0, load.AtOnce).Select(_ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(samples.Select(mine => Task.Run(() => fetch(Take, mine))));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] all = [.. samples.SelectMany(static s => s)];
        return all.Length == load.Granules
            ? new GranuleFigures.Way(all.Length / seconds, TransportFigures.Percentile(all, 0.5), TransportFigures.Percentile(all, 0.99))
            : throw new HarnessException($"{all.Length} of {load.Granules} granules came");
    }

    private static async Task StreamEachAsync(ITransportConnection connection, Func<bool> take, List<double> samples, CancellationToken cancellationToken)
    {
        var granule = new byte[TransportLoad.RequestBytes];
        while (take())
        {
            long start = Stopwatch.GetTimestamp();
            await using ITransportStream stream = await connection.OpenStreamAsync(cancellationToken);
            await stream.WriteAsync(new byte[TransportEndCommand.RequestBytes], cancellationToken);
            await stream.CompleteWritesAsync(cancellationToken);
            await TransportMeasurement.ReadAsync(stream, granule, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private static async Task KeptStreamAsync(
        ITransportConnection connection, int ahead, Func<bool> take, List<double> samples, CancellationToken cancellationToken)
    {
        await using ITransportStream stream = await connection.OpenStreamAsync(cancellationToken);
        var granule = new byte[TransportLoad.RequestBytes];
        var request = new byte[TransportEndCommand.RequestBytes];
        var asked = new Queue<long>();
        while (true)
        {
            while (asked.Count < ahead && take())
            {
                asked.Enqueue(Stopwatch.GetTimestamp());
                await stream.WriteAsync(request, cancellationToken);
            }

            if (!asked.TryDequeue(out long start))
            {
                break;
            }

            await TransportMeasurement.ReadAsync(stream, granule, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        await stream.CompleteWritesAsync(cancellationToken);
    }
}
