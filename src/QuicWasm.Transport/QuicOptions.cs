namespace QuicWasm.Transport;

/// <summary>How a QUIC sender finds out how fast the network is.</summary>
public enum QuicCongestionControl
{
    /// <summary>RFC 6582: the oldest; each loss halves the rate.</summary>
    Reno = 0,

    /// <summary>RFC 9438: the internet's usual.</summary>
    Cubic = 1,

    /// <summary>By measured rate and delay: faster where single packets are lost for other reasons than congestion.</summary>
    Bbr = 2,
}

/// <summary>What only QUIC transports look at.</summary>
public sealed record QuicOptions
{
    /// <summary>The congestion control, where the provider lets one choose (ngtcp2). All streams share it, so one that takes each loss for congestion would hold them all back.</summary>
    public QuicCongestionControl CongestionControl { get; init; } = QuicCongestionControl.Bbr;

    /// <summary>
    /// Makes every client show that it is at its address before anything is kept for it (a Retry, one round trip more). Without it, a
    /// listener does so while half of its places for handshakes are taken.
    /// </summary>
    public bool AlwaysValidateAddress { get; init; }

    /// <summary>
    /// Lets a connecting side that knows the listener from before introduce itself with its first packet (0-RTT), so that it is connected
    /// after one round trip instead of two; both sides must want it (ngtcp2). Nothing of the protocols above is sent early.
    /// </summary>
    public bool EarlyData { get; init; }
}
