using System.Buffers.Binary;
using System.Security.Cryptography;

namespace QuicWasm.Transport;

/// <summary>
/// The peers that a listener knows from before: to each it has told a secret under encryption, and who shows it in a resumed session is
/// that peer, once. So a first packet that somebody has recorded and sends again finds nobody. Bounded; the oldest are forgotten.
/// </summary>
internal sealed class QuicCookies(TimeProvider time)
{
    /// <summary>The length of a cookie on the wire.</summary>
    public const int LengthBytes = 12;

    private const int MaxKept = 4096;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, (IReadOnlyList<byte[]> Certificates, long Since)> _peers = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>Makes a cookie for a peer with these certificates.</summary>
    public UInt128 Give(IReadOnlyList<byte[]> certificates)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[..LengthBytes]);
        var cookie = BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        lock (_lock)
        {
            _peers[cookie] = (certificates, time.GetTimestamp());
            _order.Enqueue(cookie);
            while (_order.Count > MaxKept)
            {
                _peers.Remove(_order.Dequeue());
            }
        }

        return cookie;
    }

    /// <summary>Takes a cookie back; null when it is unknown, used, or too old.</summary>
    public IReadOnlyList<byte[]>? Take(UInt128 cookie)
    {
        lock (_lock)
        {
            return _peers.Remove(cookie, out var peer) && time.GetElapsedTime(peer.Since) < Lifetime ? peer.Certificates : null;
        }
    }
}
