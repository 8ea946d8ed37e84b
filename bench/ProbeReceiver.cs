using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Bench;

/// <summary>The far end of a probe: answers packets, counts packets, and swallows what comes over TCP.</summary>
internal static class ProbeReceiver
{
    /// <summary>A packet that is sent back as it is.</summary>
    public const byte Echo = 1;

    /// <summary>A packet that is counted; the next byte says for which count.</summary>
    public const byte Counted = 2;

    /// <summary>Asks for a count; answered with packets, bytes, and nanoseconds between the first and the last.</summary>
    public const byte Question = 3;

    /// <summary>Length of an answer to <see cref="Question"/>.</summary>
    public const int AnswerBytes = 24;

    private const int Counts = 2;
    private const int BufferBytes = 8 << 20;

    /// <summary>Serves on an address until the input ends; says its ports first, UDP and TCP.</summary>
    public static async Task RunAsync(IPAddress address, TextReader input, TextWriter output)
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferBytes };
        datagrams.Bind(new IPEndPoint(address, 0));
        using var listener = new TcpListener(address, 0);
        listener.Start();
        new Thread(() => Answer(datagrams)) { IsBackground = true }.Start();
        using var ending = new CancellationTokenSource();
        Task swallowing = SwallowAsync(listener, ending.Token);
        await output.WriteLineAsync($"{((IPEndPoint)datagrams.LocalEndPoint!).Port} {((IPEndPoint)listener.LocalEndpoint).Port}");
        await output.FlushAsync(CancellationToken.None);
        await input.ReadToEndAsync(CancellationToken.None);
        await ending.CancelAsync();
        await swallowing;
    }

    private static void Answer(Socket socket)
    {
        Span<byte> packet = new byte[65536];
        var counts = new (long Packets, long Bytes, long First, long Last)[Counts];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (true)
        {
            int length = socket.ReceiveFrom(packet, SocketFlags.None, from);
            if (packet[0] == Counted && packet[1] < Counts)
            {
                ref (long Packets, long Bytes, long First, long Last) count = ref counts[packet[1]];
                long now = Stopwatch.GetTimestamp();
                count = count.Packets == 0 ? (1, 0, now, now) : (count.Packets + 1, count.Bytes + length, count.First, now);
            }
            else if (packet[0] == Echo)
            {
                socket.SendTo(packet[..length], SocketFlags.None, from);
            }
            else if (packet[0] == Question && packet[1] < Counts)
            {
                (long packets, long bytes, long first, long last) = counts[packet[1]];
                BinaryPrimitives.WriteInt64LittleEndian(packet, packets);
                BinaryPrimitives.WriteInt64LittleEndian(packet[8..], bytes);
                BinaryPrimitives.WriteInt64LittleEndian(packet[16..], (long)Stopwatch.GetElapsedTime(first, last).TotalNanoseconds);
                socket.SendTo(packet[..AnswerBytes], SocketFlags.None, from);
            }
        }
    }

    // Everything that comes, until it ends; then how many bytes they were, and how long they took.
    private static async Task SwallowAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 20];
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync(cancellationToken);
                long start = Stopwatch.GetTimestamp(), bytes = 0;
                for (int length; (length = await socket.ReceiveAsync(buffer, cancellationToken)) > 0;)
                {
                    bytes += length;
                }

                BinaryPrimitives.WriteInt64LittleEndian(buffer, bytes);
                BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(8), (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
                await socket.SendAsync(buffer.AsMemory(0, 16), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The probe is over.
        }
    }
}
