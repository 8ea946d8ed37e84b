using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>How many granules are fetched over a link, and how.</summary>
/// <param name="Granules">How many, for each way of fetching.</param>
/// <param name="AtOnce">How many are under way at once.</param>
/// <param name="Congestion">The congestion control of QUIC, where the provider lets one choose.</param>
internal sealed record GranuleLoad(int Granules, int AtOnce, QuicCongestionControl Congestion);
