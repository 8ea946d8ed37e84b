using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicWasm.Bench;

/// <summary>The far end of a probe: answers packets, counts packets, and swallows what comes over TCP.</summary>
internal sealed class ProbeReceiver
{
    /// <summary>A packet that is sent back as it is.</summary>
    public const byte Echo = 1;

    /// <summary>A packet that is counted; the next byte says for which count.</summary>
    public const byte Counted = 2;

    /// <summary>Asks for a count; answered with packets, bytes, and nanoseconds between the first and the last.</summary>
    public const byte Question = 3;

    /// <summary>Asks for what has come over TCP until now; answered with connections, bytes, and the receiver's clock in nanoseconds.</summary>
    public const byte StreamsQuestion = 4;

    /// <summary>Length of an answer to <see cref="Question"/>.</summary>
    public const int AnswerBytes = 24;

    private const int Counts = 2;
    private const int BufferBytes = 8 << 20;

    private long _connections;
    private long _streamBytes;

    /// <summary>Serves on an address until the input ends; says its ports first, UDP and TCP.</summary>
    public static Task RunAsync(IPAddress address, TextReader input, TextWriter output) => new ProbeReceiver().ServeAsync(address, input, output);

    private async Task ServeAsync(IPAddress address, TextReader input, TextWriter output)
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferBytes };
        datagrams.Bind(new IPEndPoint(address, 0));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        new Thread(() => Answer(datagrams)) { IsBackground = true }.Start();
        new Thread(() => Accept(listener)) { IsBackground = true }.Start();
        await output.WriteLineAsync($"{((IPEndPoint)datagrams.LocalEndPoint!).Port} {((IPEndPoint)listener.LocalEndPoint!).Port}");
        await output.FlushAsync(CancellationToken.None);
        await input.ReadToEndAsync(CancellationToken.None);
    }

    private void Answer(Socket socket)
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
                socket.SendTo(Write(packet, packets, bytes, (long)Stopwatch.GetElapsedTime(first, last).TotalNanoseconds), SocketFlags.None, from);
            }
            else if (packet[0] == StreamsQuestion)
            {
                long bytes = Interlocked.Read(ref _streamBytes);
                socket.SendTo(Write(packet, Interlocked.Read(ref _connections), bytes, (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds), SocketFlags.None, from);
            }
        }
    }

    // Connections end when the probe's process does.
    private void Accept(Socket listener)
    {
        while (true)
        {
            Socket socket = listener.Accept();
            new Thread(() => Swallow(socket)) { IsBackground = true }.Start();
        }
    }

    private void Swallow(Socket socket)
    {
        using (socket)
        {
            Interlocked.Increment(ref _connections);
            byte[] buffer = new byte[1 << 18];
            try
            {
                for (int length; (length = socket.Receive(buffer)) > 0;)
                {
                    Interlocked.Add(ref _streamBytes, length);
                }
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // The near end has what it wants to know, and throws away what was still to be sent.
            }
        }
    }

    private static Span<byte> Write(Span<byte> packet, long first, long second, long third)
    {
        BinaryPrimitives.WriteInt64LittleEndian(packet, first);
        BinaryPrimitives.WriteInt64LittleEndian(packet[8..], second);
        BinaryPrimitives.WriteInt64LittleEndian(packet[16..], third);
        return packet[..AnswerBytes];
    }
}
