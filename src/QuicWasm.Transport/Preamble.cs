using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>What a socket is for.</summary>
internal enum PreambleKind : byte
{
    /// <summary>The first socket of a connection: its control socket.</summary>
    Control = 1,

    /// <summary>A stream of a connection that exists.</summary>
    Stream = 2,

    /// <summary>The connecting side does not trust the listener, and closes.</summary>
    Refusal = 3,
}

/// <summary>The first bytes that the connecting side sends on every socket. See docs/wire-protocol.md, section 1.</summary>
internal readonly record struct Preamble(PreambleKind Kind, UInt128 ConnectionId, ulong StreamNumber, int MaxStreams, PreambleStatus Status = PreambleStatus.Accepted)
{
    public const int LengthBytes = 48;
    public const ushort Version = 2;

    /// <summary>"QuicWasm" in ASCII.</summary>
    public static ReadOnlySpan<byte> Magic => "QuicWasm"u8;

    public void Write(Span<byte> bytes)
    {
        bytes[..LengthBytes].Clear();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Version);
        bytes[10] = (byte)Kind;
        bytes[11] = (byte)Status;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)MaxStreams);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[16..], ConnectionId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[32..], StreamNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], Crc32C.Append(0, bytes[..44]));
    }

    /// <exception cref="TransportException">The bytes are no preamble, or one of another version.</exception>
    public static Preamble Read(ReadOnlySpan<byte> bytes, string peer)
    {
        if (!bytes[..8].SequenceEqual(Magic))
        {
            throw Violation(peer, "it does not begin with the magic number; is it a QuicWasm node, with the same transport?");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new TransportException(TransportError.VersionMismatch, $"{peer} speaks version {version} of the protocol, this node {Version}; use the same release on both");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) != Crc32C.Append(0, bytes[..44]))
        {
            throw Violation(peer, "the checksum does not match");
        }

        var preamble = new Preamble(
            (PreambleKind)bytes[10],
            BinaryPrimitives.ReadUInt128LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]), TransportOptions.StreamLimit),
            (PreambleStatus)bytes[11]);
        return preamble.IsWellFormed() && BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]) == 0
            ? preamble
            : throw Violation(peer, "a field has a value that is not allowed");
    }

    private bool IsWellFormed() => Kind switch
    {
        PreambleKind.Control => StreamNumber == 0 && MaxStreams > 0 && Status == PreambleStatus.Accepted,
        PreambleKind.Stream => StreamNumber != 0 && MaxStreams == 0 && Status == PreambleStatus.Accepted,
        PreambleKind.Refusal => StreamNumber == 0 && MaxStreams == 0 && Status >= PreambleStatus.CertificateMissing,
        _ => false,
    };

    private static TransportException Violation(string peer, string why) => new(TransportError.ProtocolViolation, $"{peer} sent a wrong preamble: {why}");
}
