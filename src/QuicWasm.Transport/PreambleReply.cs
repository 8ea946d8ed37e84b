using System.Buffers.Binary;
using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>Whether a listener takes a connection.</summary>
internal enum PreambleStatus : byte
{
    Accepted = 0,
    VersionMismatch = 1,
    TooManyConnections = 2,
    Refused = 3,
    CertificateMissing = 4,
    CertificateNotTrusted = 5,
    CertificateExpired = 6,
}

/// <summary>The listener's answer to the preamble of a control socket. See docs/wire-protocol.md, section 1.</summary>
internal readonly record struct PreambleReply(PreambleStatus Status, int MaxStreams, UInt128 Cookie = default)
{
    public const int LengthBytes = 32;

    public void Write(Span<byte> bytes)
    {
        bytes[..LengthBytes].Clear();
        Preamble.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], Preamble.Version);
        bytes[10] = (byte)Status;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)MaxStreams);
        Span<byte> cookie = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(cookie, Cookie);
        cookie[..QuicCookies.LengthBytes].CopyTo(bytes[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], Crc32C.Append(0, bytes[..28]));
    }

    /// <summary>Reads an answer that accepts.</summary>
    /// <exception cref="TransportException">It refuses, or is malformed.</exception>
    public static PreambleReply Read(ReadOnlySpan<byte> bytes, string peer)
    {
        if (!bytes[..8].SequenceEqual(Preamble.Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) != Crc32C.Append(0, bytes[..28]))
        {
            throw new TransportException(TransportError.ProtocolViolation, $"{peer} answered with something else than a preamble; is it a QuicWasm node, with the same transport?");
        }

        var status = (PreambleStatus)bytes[10];
        if (status != PreambleStatus.Accepted)
        {
            throw Refusal(status, BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), peer);
        }

        var maxStreams = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        Span<byte> cookie = stackalloc byte[16];
        cookie.Clear();
        bytes.Slice(16, QuicCookies.LengthBytes).CopyTo(cookie);
        return maxStreams > 0
            ? new PreambleReply(status, (int)Math.Min(maxStreams, TransportOptions.StreamLimit), BinaryPrimitives.ReadUInt128LittleEndian(cookie))
            : throw new TransportException(TransportError.ProtocolViolation, $"{peer} allows no streams at all");
    }

    /// <summary>What a peer's refusal means for this node.</summary>
    public static TransportException Refusal(PreambleStatus status, int version, string peer) => status switch
    {
        PreambleStatus.VersionMismatch => new(TransportError.VersionMismatch, $"{peer} speaks version {version} of the protocol, this node {Preamble.Version}; use the same release on both"),
        PreambleStatus.TooManyConnections => new(TransportError.TooManyConnections, $"{peer} has as many connections as it may have; try again later, or raise its limit"),
        PreambleStatus.CertificateMissing => new(TransportError.AuthenticationFailed, $"{peer} refused this node: it presented no certificate; give it an identity"),
        PreambleStatus.CertificateNotTrusted => new(TransportError.AuthenticationFailed, $"{peer} refused this node: it does not trust its certificate; add this node's fingerprint, or the authority that signed it, there"),
        PreambleStatus.CertificateExpired => new(TransportError.AuthenticationFailed, $"{peer} refused this node: its certificate is expired or not valid yet; renew it, and check both clocks"),
        _ => new(TransportError.ProtocolViolation, $"{peer} refused the connection (status {(int)status})"),
    };
}
