using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Bench;

/// <summary>The floor: plain TCP sockets in a loop, both ends in this process; with blocking calls on two threads, and with asynchronous ones as transports use them.</summary>
internal static class RawSockets
{
    public static readonly string[] Names = ["raw blocking", "raw async"];

    public static async Task<TransportFigures> MeasureAsync(string name, TransportLoad load, CancellationToken cancellationToken)
    {
        bool isBlocking = name == Names[0];
        double[] roundTrips = await WithPairAsync((a, b) => isBlocking ? BlockingRoundTripsAsync(a, b, load.Rounds) : RoundTripsAsync(a, b, load.Rounds, cancellationToken), cancellationToken);
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        double throughput = await WithPairAsync((a, b) => isBlocking ? BlockingThroughputAsync(a, b, load.Bytes) : ThroughputAsync(a, b, load.Bytes, cancellationToken), cancellationToken);
        return new TransportFigures
        {
            RoundTripP50Us = TransportFigures.Percentile(roundTrips, 0.5),
            RoundTripP99Us = TransportFigures.Percentile(roundTrips, 0.99),
            MegabytesPerSecond = [throughput, double.NaN, double.NaN],
            CpuSecondsPerGiB = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / (load.Bytes / (double)(1 << 30)),
        };
    }

    private static async Task<T> WithPairAsync<T>(Func<Socket, Socket, Task<T>> measure, CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await near.ConnectAsync(listener.LocalEndPoint!, cancellationToken);
        using Socket far = await listener.AcceptAsync(cancellationToken);
        far.NoDelay = true;
        return await measure(near, far);
    }

    private static async Task<double[]> BlockingRoundTripsAsync(Socket near, Socket far, int rounds)
    {
        Task echoing = OnThread(() =>
        {
            var bytes = new byte[TransportLoad.RequestBytes];
            while (Fill(far, bytes))
            {
                far.Send(bytes);
            }
        });
        var samples = new double[rounds];
        await OnThread(() =>
        {
            var bytes = new byte[TransportLoad.RequestBytes];
            for (int round = -rounds / 10; round < rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                near.Send(bytes);
                Fill(near, bytes);
                samples[Math.Max(round, 0)] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            near.Shutdown(SocketShutdown.Send);
        });
        await echoing;
        return samples;
    }

    private static async Task<double[]> RoundTripsAsync(Socket near, Socket far, int rounds, CancellationToken cancellationToken)
    {
        Task echoing = Task.Run(
            async () =>
            {
                var bytes = new byte[TransportLoad.RequestBytes];
                while (await FillAsync(far, bytes, cancellationToken))
                {
                    await far.SendAsync(bytes, cancellationToken);
                }
            },
            cancellationToken);
        var samples = new double[rounds];
        var request = new byte[TransportLoad.RequestBytes];
        for (int round = -rounds / 10; round < rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await near.SendAsync(request, cancellationToken);
            await FillAsync(near, request, cancellationToken);
            samples[Math.Max(round, 0)] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        near.Shutdown(SocketShutdown.Send);
        await echoing;
        return samples;
    }

    private static async Task<double> BlockingThroughputAsync(Socket near, Socket far, long bytes)
    {
        long start = Stopwatch.GetTimestamp();
        Task writing = OnThread(() =>
        {
            var piece = new byte[TransportLoad.PieceBytes];
            for (long left = bytes; left > 0; left -= piece.Length)
            {
                near.Send(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
            }
        });
        await OnThread(() =>
        {
            var buffer = new byte[TransportLoad.PieceBytes];
            for (long left = bytes; left > 0;)
            {
                left -= far.Receive(buffer);
            }
        });
        await writing;
        return bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6;
    }

    private static async Task<double> ThroughputAsync(Socket near, Socket far, long bytes, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Task writing = Task.Run(
            async () =>
            {
                var piece = new byte[TransportLoad.PieceBytes];
                for (long left = bytes; left > 0; left -= piece.Length)
                {
                    await near.SendAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)), cancellationToken);
                }
            },
            cancellationToken);
        var buffer = new byte[TransportLoad.PieceBytes];
        for (long left = bytes; left > 0;)
        {
            left -= await far.ReceiveAsync(buffer, cancellationToken);
        }

        await writing;
        return bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6;
    }

    private static Task OnThread(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static bool Fill(Socket socket, byte[] bytes)
    {
        for (int filled = 0; filled < bytes.Length;)
        {
            int count = socket.Receive(bytes.AsSpan(filled));
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }

    private static async ValueTask<bool> FillAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        for (int filled = 0; filled < bytes.Length;)
        {
            int count = await socket.ReceiveAsync(bytes.AsMemory(filled), cancellationToken);
            if (count == 0)
            {
                return false;
            }

            filled += count;
        }

        return true;
    }
}
