using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Bench;

/// <summary>The near end of a probe. What it finds is what a program would: it knows nothing of the link's settings but the rate to look for.</summary>
internal static class ProbeSender
{
    private const int HeaderBytes = 28;
    private const int PacketBytes = 1500;
    private const int SegmentBytes = 1448;
    private const int FloodBytes = 1400;
    private const double FloodFactor = 1.5;
    private const double LossPacketsPerSecond = 4000;
    private const byte LossCount = 0, RateCount = 1;
    private const int SocketTimeoutMs = 400;
    private const int MostQuestions = 100;
    private const int Streams = 4;
    private const double SecondsOmitted = 0.5;

    /// <summary>Measures.</summary>
    /// <exception cref="HarnessException">The far end does not answer.</exception>
    public static ProbeResult Run(IPAddress address, int udpPort, int tcpPort, ProbeLoad load)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = SocketTimeoutMs,
            SendBufferSize = 1 << 20,
        };
        socket.Connect(address, udpPort);
        double rtt = RoundTrip(socket, load.RoundTrips);
        Send(socket, LossCount, 16, load.LossPackets, LossPacketsPerSecond);
        long received = Ask(socket, LossCount).Packets;
        double? tcp = load.RateMbit == 0 || load.IsTcp ? Stream(socket, address, tcpPort, load.Seconds) : null;
        double? rate = load.RateMbit == 0 ? null : tcp * PacketBytes / SegmentBytes ?? Flood(socket, load);
        return new ProbeResult(rtt, load.LossPackets, (int)received, rate, tcp);
    }

    private static double RoundTrip(Socket socket, int count)
    {
        var times = new List<double>(count);
        byte[] packet = [ProbeReceiver.Echo, 0, 0, 0, 0];
        for (int i = 0; i < 3 * count && times.Count < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(1), i);
            long start = Stopwatch.GetTimestamp();
            socket.Send(packet);
            if (TryReceive(socket, packet.Length, p => p.SequenceEqual(packet)))
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return times.Count > 0 ? Interval.Of(times).Median : throw new HarnessException("no packet comes back over the link");
    }

    private static double Flood(Socket socket, ProbeLoad load)
    {
        double perSecond = FloodFactor * load.RateMbit * 1e6 / 8 / (FloodBytes + HeaderBytes);
        Send(socket, RateCount, FloodBytes, (int)Math.Max(100, perSecond * load.Seconds), perSecond);
        (long packets, long bytes, long ns) = Ask(socket, RateCount);
        return ns == 0 ? 0 : (bytes + ((packets - 1) * HeaderBytes)) * 8e3 / ns;
    }

    // Paced by the clock; the thread spins, which a timer's wake could not do to the microsecond.
    private static void Send(Socket socket, byte count, int length, int packets, double perSecond)
    {
        byte[] packet = new byte[length];
        packet[0] = ProbeReceiver.Counted;
        packet[1] = count;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < packets; i++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond < i)
            {
                Thread.SpinWait(20);
            }

            socket.Send(packet);
        }
    }

    // Until the answer does not change any more: packets may still be on their way.
    private static (long Packets, long Bytes, long Nanoseconds) Ask(Socket socket, byte count)
    {
        (long Packets, long Bytes, long Nanoseconds)? before = null;
        for (int i = 0; i < MostQuestions; i++)
        {
            long asked = Stopwatch.GetTimestamp();
            (long, long, long)? answer = AskOnce(socket, [ProbeReceiver.Question, count]);
            if (answer is { } same && same == before)
            {
                return same;
            }

            before = answer ?? before;
            SpinWait.SpinUntil(() => false, Math.Max(1, (int)(50 - Stopwatch.GetElapsedTime(asked).TotalMilliseconds)));
        }

        throw new HarnessException("the far end of the link does not say what it has received");
    }

    private static (long First, long Second, long Third)? AskOnce(Socket socket, ReadOnlySpan<byte> question)
    {
        (long, long, long) answer = default;
        socket.Send(question);
        bool isAnswered = TryReceive(socket, ProbeReceiver.AnswerBytes, p =>
        {
            answer = (BinaryPrimitives.ReadInt64LittleEndian(p), BinaryPrimitives.ReadInt64LittleEndian(p[8..]), BinaryPrimitives.ReadInt64LittleEndian(p[16..]));
            return true;
        });
        return isAnswered ? answer : null;
    }

    // Several connections keep the link's queue from running empty when one of them slows down after a loss; what they do until they have found the
    // rate is left out, as with iperf3 --omit. What has come, and when, is asked of the far end.
    private static double Stream(Socket questions, IPAddress address, int port, double seconds)
    {
        using var broken = new CancellationTokenSource();
        Socket[] sockets = [.. Enumerable.Range(0, Streams).Select(_ => Connect(address, port))];
        Thread[] threads = [.. sockets.Select(s => new Thread(() => SendUntilClosed(s, broken)) { IsBackground = true })];
        Array.ForEach(threads, t => t.Start());
        (long Bytes, long Ns) first = StreamedAfter(SecondsOmitted, questions, broken.Token);
        (long Bytes, long Ns) last = StreamedAfter(seconds, questions, broken.Token);
        Array.ForEach(sockets, s => s.Close(timeout: 0));
        Array.ForEach(threads, t => t.Join());
        return (last.Bytes - first.Bytes) * 8e3 / (last.Ns - first.Ns);
    }

    private static Socket Connect(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address, port);
        return socket;
    }

    private static void SendUntilClosed(Socket socket, CancellationTokenSource broken)
    {
        byte[] buffer = new byte[1 << 18];
        try
        {
            while (true)
            {
                socket.Send(buffer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            broken.Cancel();
        }
    }

    // The full queue may drop a question.
    private static (long Bytes, long Nanoseconds) StreamedAfter(double seconds, Socket socket, CancellationToken broken)
    {
        if (broken.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds)))
        {
            throw new HarnessException("a connection over the link broke while it was measured");
        }

        for (int i = 0; i < MostQuestions; i++)
        {
            if (AskOnce(socket, [ProbeReceiver.StreamsQuestion]) is { First: Streams } answer)
            {
                return (answer.Second, answer.Third);
            }
        }

        throw new HarnessException("the far end of the link does not say what has come over TCP");
    }

    private static bool TryReceive(Socket socket, int length, Func<ReadOnlySpan<byte>, bool> isWanted)
    {
        Span<byte> packet = stackalloc byte[256];
        try
        {
            while (true)
            {
                int received = socket.Receive(packet);
                if (received == length && isWanted(packet[..received]))
                {
                    return true;
                }
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return false;
        }
    }
}
