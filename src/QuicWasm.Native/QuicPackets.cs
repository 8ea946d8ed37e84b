using System.Security.Cryptography;

namespace QuicWasm.Native;

/// <summary>What an accepting side does with packets that belong to no connection (RFC 9000, sections 5.2, 6, 8.1 and 10.3).</summary>
public static unsafe class QuicPackets
{
    /// <summary>The smallest datagram that can begin a connection.</summary>
    public const int MinInitialBytes = 1200;

    private const int MaxAnswerBytes = 1200;
    private const int ResetTokenBytes = 16, MinResetRandomBytes = 5, MaxRetryTokenBytes = 256;

    /// <summary>The destination connection id of a packet.</summary>
    /// <param name="packet">The datagram.</param>
    /// <param name="id">A part of it.</param>
    /// <returns>False when it is no QUIC packet.</returns>
    public static bool TryReadDestination(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> id)
    {
        id = default;
        if (packet.Length == 0)
        {
            return false;
        }

        if ((packet[0] & 0x80) == 0)
        {
            if (packet.Length <= QuicSession.ConnectionIdBytes)
            {
                return false;
            }

            id = packet.Slice(1, QuicSession.ConnectionIdBytes);
            return true;
        }

        // Flags, version, the id's length, the id.
        if (packet.Length < 6 || packet[5] > QuicLayout.MaxCidBytes || packet.Length < 6 + packet[5])
        {
            return false;
        }

        id = packet.Slice(6, packet[5]);
        return true;
    }

    /// <summary>Whether a packet that belongs to no connection begins one.</summary>
    /// <param name="packet">The datagram.</param>
    /// <returns>What it says, or null when it is nothing of the kind.</returns>
    public static QuicInitial? ReadInitial(ReadOnlySpan<byte> packet)
    {
        var header = stackalloc byte[QuicLayout.BlockBytes];
        fixed (byte* bytes = packet)
        {
            if (packet.Length < MinInitialBytes || Ngtcp2Calls.Accept(header, bytes, (nuint)packet.Length) != 0)
            {
                return null;
            }

            var token = new ReadOnlySpan<byte>(*(byte**)(header + QuicLayout.HeaderToken), (int)*(nuint*)(header + QuicLayout.HeaderTokenLength));
            return new QuicInitial(
                *(uint*)(header + QuicLayout.HeaderVersion), ((QuicCid*)header)->Span.ToArray(), ((QuicCid*)(header + QuicLayout.HeaderScid))->Span.ToArray(), token.ToArray(), null);
        }
    }

    /// <summary>The answer to a packet of a QUIC version that this side does not speak, or null when it needs none.</summary>
    public static byte[]? WriteVersionNegotiation(ReadOnlySpan<byte> packet)
    {
        var decoded = stackalloc byte[QuicLayout.BlockBytes];
        fixed (byte* bytes = packet)
        {
            if (packet.Length < MinInitialBytes
                || Ngtcp2Calls.DecodeVersionCid(decoded, bytes, (nuint)packet.Length, QuicSession.ConnectionIdBytes) != Ngtcp2Calls.VersionNegotiation)
            {
                return null;
            }

            var version = Ngtcp2Calls.Version1;
            var answer = new byte[MaxAnswerBytes];
            fixed (byte* destination = answer)
            {
                var length = Ngtcp2Calls.WriteVersionNegotiation(
                    destination, (nuint)answer.Length, (byte)RandomNumberGenerator.GetInt32(256),
                    *(byte**)(decoded + QuicLayout.DecodedScid), *(nuint*)(decoded + QuicLayout.DecodedScidLength),
                    *(byte**)(decoded + QuicLayout.DecodedDcid), *(nuint*)(decoded + QuicLayout.DecodedDcidLength), &version, 1);
                return length > 0 ? answer[..(int)length] : null;
            }
        }
    }

    /// <summary>Asks a client to show that it is where it says, before anything is kept for it (RFC 9000, section 8.1.2).</summary>
    public static byte[]? WriteRetry(QuicInitial initial, ReadOnlySpan<byte> remote, ReadOnlySpan<byte> secret, ulong nowNs)
    {
        ArgumentNullException.ThrowIfNull(initial);
        Span<byte> newId = stackalloc byte[QuicSession.ConnectionIdBytes];
        RandomNumberGenerator.Fill(newId);
        var retryId = new QuicCid(newId);
        var original = new QuicCid(initial.DestinationId);
        var client = new QuicCid(initial.SourceId);
        var token = stackalloc byte[MaxRetryTokenBytes];
        var answer = new byte[MaxAnswerBytes];
        fixed (byte* key = secret, address = remote, destination = answer)
        {
            var tokenLength = Ngtcp2Calls.GenerateRetryToken(
                token, key, (nuint)secret.Length, initial.Version, address, (uint)remote.Length, &retryId, &original, nowNs);
            if (tokenLength < 0)
            {
                return null;
            }

            var length = Ngtcp2Calls.WriteRetry(
                destination, (nuint)answer.Length, initial.Version, &client, &retryId, &original, token, (nuint)tokenLength);
            return length > 0 ? answer[..(int)length] : null;
        }
    }

    /// <summary>Checks the token of a client that was asked to show where it is.</summary>
    /// <returns>The first packet with its original id, or null when the token is wrong or too old.</returns>
    public static QuicInitial? VerifyRetry(QuicInitial initial, ReadOnlySpan<byte> remote, ReadOnlySpan<byte> secret, ulong timeoutNs, ulong nowNs)
    {
        ArgumentNullException.ThrowIfNull(initial);
        var original = default(QuicCid);
        var destination = new QuicCid(initial.DestinationId);
        fixed (byte* token = initial.Token, key = secret, address = remote)
        {
            var result = Ngtcp2Calls.VerifyRetryToken(
                &original, token, (nuint)initial.Token.Length, key, (nuint)secret.Length, initial.Version, address, (uint)remote.Length, &destination, timeoutNs, nowNs);
            return result == 0 ? initial with { OriginalId = original.Span.ToArray() } : null;
        }
    }

    /// <summary>Tells the sender of a packet that its connection is not known here any more, or null when the packet is too short to answer.</summary>
    public static byte[]? WriteStatelessReset(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> secret)
    {
        // Shorter than what it answers, so that two ends never answer each other for ever.
        var length = Math.Min(packet.Length - 1, 42);
        if (length < ResetTokenBytes + MinResetRandomBytes || !TryReadDestination(packet, out var id) || (packet[0] & 0x80) != 0)
        {
            return null;
        }

        var destination = new QuicCid(id);
        var token = stackalloc byte[ResetTokenBytes];
        var random = stackalloc byte[42];
        RandomNumberGenerator.Fill(new Span<byte>(random, 42));
        var answer = new byte[length];
        fixed (byte* key = secret, bytes = answer)
        {
            return Ngtcp2Calls.GenerateResetToken(token, key, (nuint)secret.Length, &destination) == 0
                && Ngtcp2Calls.WriteStatelessReset(bytes, (nuint)length, token, random, (nuint)(length - ResetTokenBytes)) > 0
                ? answer
                : null;
        }
    }
}
