using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Bench.Tests;

public sealed class SegmentedPacketTests
{
    private const int SegmentBytes = 1000;
    private const int IpHeaderBytes = 20, TcpHeaderBytes = 32;
    private const int HeaderBytes = IpHeaderBytes + TcpHeaderBytes;
    private const uint Sequence = 0xffff_fc00;

    [Fact]
    public void A_packet_that_stands_for_many_has_the_lengths_that_a_wire_would_see()
    {
        var packet = new SegmentedPacket(Packet(payloadBytes: 2500));
        Assert.Equal(3, packet.Count);
        Assert.Equal([HeaderBytes + 1000, HeaderBytes + 1000, HeaderBytes + 500], [packet.LengthOf(0), packet.LengthOf(1), packet.LengthOf(2)]);
    }

    [Fact]
    public void All_of_it_is_passed_on_as_it_is()
    {
        byte[] bytes = Packet(payloadBytes: 2500);
        byte[] target = new byte[TunDevice.MaximumBytes];
        int length = new SegmentedPacket(bytes).Write(0, 3, target);
        Assert.Equal(bytes, target[..length]);
    }

    [Theory]
    [InlineData(0, 1, 0, 1000)]
    [InlineData(1, 2, 1000, 1500)]
    [InlineData(2, 1, 2000, 500)]
    [InlineData(0, 2, 0, 2000)]
    public void A_stretch_of_it_is_a_packet_of_its_own(int first, int count, int offset, int payloadBytes)
    {
        byte[] bytes = Packet(payloadBytes: 2500);
        byte[] target = new byte[TunDevice.MaximumBytes];
        int length = new SegmentedPacket(bytes).Write(first, count, target);
        Span<byte> ip = target.AsSpan(TunDevice.HeaderBytes, length - TunDevice.HeaderBytes);

        Assert.Equal(HeaderBytes + payloadBytes, ip.Length);
        Assert.Equal(ip.Length, BinaryPrimitives.ReadUInt16BigEndian(ip[2..]));
        Assert.Equal(7 + first, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        Assert.Equal(0xffff, Ones(ip[..IpHeaderBytes]));
        Assert.Equal(unchecked(Sequence + (uint)offset), BinaryPrimitives.ReadUInt32BigEndian(ip[(IpHeaderBytes + 4)..]));
        Assert.Equal(first + count == 3, (ip[IpHeaderBytes + 13] & 0x08) != 0);
        Assert.Equal(payloadBytes <= SegmentBytes ? 0 : 1, target[1]);
        Assert.Equal(bytes.AsSpan(TunDevice.HeaderBytes + HeaderBytes + offset, payloadBytes), ip[HeaderBytes..]);

        // What the system completes: the pseudo header of addresses, protocol and length.
        byte[] pseudo = [.. ip.Slice(12, 8), 0, 6, (byte)((TcpHeaderBytes + payloadBytes) >> 8), (byte)(TcpHeaderBytes + payloadBytes)];
        Assert.Equal(Ones(pseudo), BinaryPrimitives.ReadUInt16BigEndian(ip[(IpHeaderBytes + 16)..]));
    }

    [Fact]
    public void A_packet_that_stands_for_itself_is_one()
    {
        byte[] bytes = Packet(payloadBytes: 700);
        bytes[1] = 0;
        var packet = new SegmentedPacket(bytes);
        Assert.Equal(1, packet.Count);
        Assert.Equal(HeaderBytes + 700, packet.LengthOf(0));
    }

    private static byte[] Packet(int payloadBytes)
    {
        byte[] bytes = new byte[TunDevice.HeaderBytes + HeaderBytes + payloadBytes];
        bytes[0] = 1;
        bytes[1] = 1;
        BitConverter.TryWriteBytes(bytes.AsSpan(2), (ushort)HeaderBytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), (ushort)SegmentBytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(6), (ushort)IpHeaderBytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), (ushort)16);
        Span<byte> ip = bytes.AsSpan(TunDevice.HeaderBytes);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], 7);
        ip[9] = 6;
        new byte[] { 10, 213, 77, 1, 10, 213, 77, 2 }.CopyTo(ip[12..]);
        BinaryPrimitives.WriteUInt32BigEndian(ip[(IpHeaderBytes + 4)..], Sequence);
        ip[IpHeaderBytes + 12] = TcpHeaderBytes / 4 << 4;
        ip[IpHeaderBytes + 13] = 0x18;
        for (int i = 0; i < payloadBytes; i++)
        {
            ip[HeaderBytes + i] = (byte)(i * 31);
        }

        return bytes;
    }

    private static int Ones(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return (sum & 0xffff) + (sum >> 16);
    }
}
