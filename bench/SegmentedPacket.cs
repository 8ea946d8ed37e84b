using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Bench;

/// <summary>
/// A packet as a TUN device gives it: one IP packet, or a TCP packet over IPv4 that stands for many (segmentation offload). The wire would
/// see the many, so the link decides about each, and passes on stretches of them that stay together.
/// </summary>
/// <remarks>Header: struct virtio_net_hdr, section 5.1.6 of the Virtual I/O Device specification 1.2; numbers of this host's byte order.</remarks>
internal readonly ref struct SegmentedPacket
{
    private const int GsoTypeOffset = 1, HeaderLengthOffset = 2, GsoSizeOffset = 4, ChecksumStartOffset = 6;
    private const byte GsoNone = 0, GsoTcp4 = 1, GsoEcn = 0x80;
    private const int IpTotalLengthOffset = 2, IpIdOffset = 4, IpChecksumOffset = 10, IpSourceOffset = 12;
    private const int TcpSequenceOffset = 4, TcpFlagsOffset = 13, TcpChecksumOffset = 16;
    private const byte FinAndPush = 0x09, CongestionReduced = 0x80, Tcp = 6;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _headerBytes;
    private readonly int _segmentBytes;

    /// <summary>Looks at a packet with the device's header before it.</summary>
    public SegmentedPacket(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        ReadOnlySpan<byte> ip = bytes[TunDevice.HeaderBytes..];
        bool isMany = (bytes[GsoTypeOffset] & ~GsoEcn) == GsoTcp4 && ip.Length >= 40 && ip[0] >> 4 == 4;
        int tcpStart = isMany ? (ip[0] & 0xf) * 4 : 0;
        _headerBytes = isMany ? tcpStart + ((ip[tcpStart + 12] >> 4) * 4) : 0;
        _segmentBytes = isMany ? BitConverter.ToUInt16(bytes[GsoSizeOffset..]) : 0;
        Count = isMany && _segmentBytes > 0 ? Math.Max(1, (ip.Length - _headerBytes + _segmentBytes - 1) / _segmentBytes) : 1;
    }

    /// <summary>How many packets a wire would see.</summary>
    public int Count { get; }

    /// <summary>Length of one of them, IP header and all.</summary>
    public int LengthOf(int segment)
    {
        int all = _bytes.Length - TunDevice.HeaderBytes;
        return Count == 1 ? all : _headerBytes + Math.Min(_segmentBytes, all - _headerBytes - (segment * _segmentBytes));
    }

    /// <summary>Writes some of them in a row as one packet with the device's header.</summary>
    /// <returns>Its length.</returns>
    public int Write(int first, int count, Span<byte> target)
    {
        if (count == Count)
        {
            _bytes.CopyTo(target);
            return _bytes.Length;
        }

        ReadOnlySpan<byte> payload = _bytes[(TunDevice.HeaderBytes + _headerBytes)..];
        int start = first * _segmentBytes;
        int length = Math.Min(count * _segmentBytes, payload.Length - start);
        _bytes[..(TunDevice.HeaderBytes + _headerBytes)].CopyTo(target);
        payload.Slice(start, length).CopyTo(target[(TunDevice.HeaderBytes + _headerBytes)..]);
        if (length <= _segmentBytes)
        {
            target[GsoTypeOffset] = GsoNone;
            target[GsoSizeOffset..(GsoSizeOffset + 2)].Clear();
            target[HeaderLengthOffset..(HeaderLengthOffset + 2)].Clear();
        }

        Correct(target[TunDevice.HeaderBytes..], first, length, isLast: first + count == Count);
        return TunDevice.HeaderBytes + _headerBytes + length;
    }

    // The device's header says that the system completes TCP checksums: what stands in the packet is the sum over the pseudo header.
    private void Correct(Span<byte> ip, int first, int payloadBytes, bool isLast)
    {
        int tcpStart = BitConverter.ToUInt16(_bytes[ChecksumStartOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[IpTotalLengthOffset..], (ushort)(_headerBytes + payloadBytes));
        BinaryPrimitives.WriteUInt16BigEndian(ip[IpIdOffset..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(ip[IpIdOffset..]) + first));
        ip[IpChecksumOffset..(IpChecksumOffset + 2)].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(ip[IpChecksumOffset..], (ushort)~Fold(Sum(ip[..tcpStart])));

        Span<byte> tcp = ip[tcpStart..];
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[TcpSequenceOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[TcpSequenceOffset..], sequence + (uint)(first * _segmentBytes));
        tcp[TcpFlagsOffset] &= (byte)~((isLast ? 0 : FinAndPush) | (first == 0 ? 0 : CongestionReduced));
        uint pseudo = Sum(ip.Slice(IpSourceOffset, 8)) + Tcp + (uint)(_headerBytes - tcpStart + payloadBytes);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[TcpChecksumOffset..], (ushort)Fold(pseudo));
    }

    private static uint Sum(ReadOnlySpan<byte> words)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < words.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(words[i..]);
        }

        return sum;
    }

    private static uint Fold(uint sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return sum;
    }
}
