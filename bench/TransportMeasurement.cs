using System.Diagnostics;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>Measures one transport, both ends in this process.</summary>
internal sealed class TransportMeasurement(ITransport transport, TransportOptions options, TransportLoad load)
{
    private const int ConnectRounds = 50;
    private static readonly int[] Concurrent = [1, 16, 256];
    private static readonly int[] StreamCounts = [1, 4, 16];

    public async Task<TransportFigures> RunAsync(CancellationToken cancellationToken)
    {
        string where = transport.Name == "loopback" ? "loopback:bench" : $"{transport.Name}:127.0.0.1:0";
        await using ITransportListener listener = await transport.ListenAsync(TransportEndpoint.Parse(where), options, cancellationToken);
        double[] connects = await ConnectsAsync(listener, cancellationToken);
        Task<ITransportConnection> accepting = listener.AcceptAsync(cancellationToken).AsTask();
        await using ITransportConnection client = await transport.ConnectAsync(listener.Endpoint, options, cancellationToken);
        await using ITransportConnection server = await accepting;
        double[] roundTrips = await RoundTripsAsync(client, server, cancellationToken);
        var requests = new List<double>();
        foreach (int count in Concurrent)
        {
            requests.Add(await RequestsAsync(client, server, count, cancellationToken));
        }

        var throughputs = new List<double>();
        double cpu = double.NaN;
        foreach (int count in StreamCounts)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            throughputs.Add(await ThroughputAsync(client, server, count, cancellationToken));
            double used = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / (load.Bytes / (double)(1 << 30));
            cpu = count == 1 ? used : cpu;
        }

        return new TransportFigures
        {
            ConnectMs = TransportFigures.Percentile(connects, 0.5) / 1e3,
            RoundTripP50Us = TransportFigures.Percentile(roundTrips, 0.5),
            RoundTripP99Us = TransportFigures.Percentile(roundTrips, 0.99),
            RequestsPerSecond = [.. requests],
            MegabytesPerSecond = [.. throughputs],
            CpuSecondsPerGiB = cpu,
        };
    }

    private async Task<double[]> ConnectsAsync(ITransportListener listener, CancellationToken cancellationToken)
    {
        var samples = new double[ConnectRounds];
        for (int round = 0; round < ConnectRounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Task<ITransportConnection> connecting = transport.ConnectAsync(listener.Endpoint, options, cancellationToken).AsTask();
            await using ITransportConnection server = await listener.AcceptAsync(cancellationToken);
            await using ITransportConnection client = await connecting;
            samples[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return samples;
    }

    private async Task<double[]> RoundTripsAsync(ITransportConnection client, ITransportConnection server, CancellationToken cancellationToken)
    {
        await using ITransportStream stream = await client.OpenStreamAsync(cancellationToken);
        var bytes = new byte[TransportLoad.RequestBytes];
        await stream.WriteAsync(bytes, cancellationToken);
        Task echoing = EchoAsync(await server.AcceptStreamAsync(cancellationToken), cancellationToken);
        await ReadAsync(stream, bytes, cancellationToken);
        var samples = new double[load.Rounds];
        for (int round = -load.Rounds / 10; round < load.Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await stream.WriteAsync(bytes, cancellationToken);
            await ReadAsync(stream, bytes, cancellationToken);
            if (round >= 0)
            {
                samples[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
        }

        await stream.CompleteWritesAsync(cancellationToken);
        await echoing;
        return samples;
    }

    private async Task<double> RequestsAsync(ITransportConnection client, ITransportConnection server, int count, CancellationToken cancellationToken)
    {
        int each = Math.Max(load.Rounds / count, 20);
        Task serving = Task.WhenAll(Enumerable.Range(0, count).Select(async _ => await EchoAsync(await server.AcceptStreamAsync(cancellationToken), cancellationToken)));
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(
            async () =>
            {
                await using ITransportStream stream = await client.OpenStreamAsync(cancellationToken);
                var bytes = new byte[TransportLoad.RequestBytes];
                for (int round = 0; round < each; round++)
                {
                    await stream.WriteAsync(bytes, cancellationToken);
                    await ReadAsync(stream, bytes, cancellationToken);
                }

                await stream.CompleteWritesAsync(cancellationToken);
            },
            cancellationToken)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await serving;
        return each * count / seconds;
    }

    private async Task<double> ThroughputAsync(ITransportConnection client, ITransportConnection server, int count, CancellationToken cancellationToken)
    {
        long each = load.Bytes / count;
        long start = Stopwatch.GetTimestamp();
        Task writing = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(
            async () =>
            {
                await using ITransportStream stream = await client.OpenStreamAsync(cancellationToken);
                var piece = new byte[TransportLoad.PieceBytes];
                for (long left = each; left > 0; left -= piece.Length)
                {
                    await stream.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)), cancellationToken);
                }

                await stream.CompleteWritesAsync(cancellationToken);
            },
            cancellationToken)));
        long[] received = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ => await DrainAsync(await server.AcceptStreamAsync(cancellationToken), cancellationToken)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await writing;
        if (received.Sum() != each * count)
        {
            throw new HarnessException($"{transport.Name} delivered {received.Sum()} of {each * count} bytes");
        }

        return each * count / seconds / 1e6;
    }

    private static async Task<long> DrainAsync(ITransportStream stream, CancellationToken cancellationToken)
    {
        await using ITransportStream owned = stream;
        var buffer = new byte[TransportLoad.PieceBytes];
        long total = 0;
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            total += count;
        }

        await stream.CompleteWritesAsync(cancellationToken);
        return total;
    }

    private static async Task EchoAsync(ITransportStream stream, CancellationToken cancellationToken)
    {
        await using ITransportStream owned = stream;
        var bytes = new byte[TransportLoad.RequestBytes];
        while (await ReadAsync(stream, bytes, cancellationToken))
        {
            await stream.WriteAsync(bytes, cancellationToken);
        }

        await stream.CompleteWritesAsync(cancellationToken);
    }

    /// <summary>Fills a buffer; false where the stream ends before it.</summary>
    public static async Task<bool> ReadAsync(ITransportStream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        for (int filled = 0; filled < bytes.Length;)
        {
            int count = await stream.ReadAsync(bytes.AsMemory(filled), cancellationToken);
            if (count == 0)
            {
                return filled == 0 ? false : throw new HarnessException("a message was cut off");
            }

            filled += count;
        }

        return true;
    }
}
