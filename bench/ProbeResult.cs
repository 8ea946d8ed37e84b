namespace QuicWasm.Bench;

/// <summary>What a probe has measured of a link.</summary>
/// <param name="RttMs">Median round trip of small packets, in milliseconds.</param>
/// <param name="Sent">Packets sent one way, far apart.</param>
/// <param name="Received">How many of them came.</param>
/// <param name="RateMbit">At which rate a flood of packets came out, in megabits a second with IP headers; null where there is no rate.</param>
/// <param name="TcpMbit">What one TCP connection moved, where there is no rate, in megabits of data a second; else null.</param>
internal sealed record ProbeResult(double RttMs, int Sent, int Received, double? RateMbit, double? TcpMbit);
