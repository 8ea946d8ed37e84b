namespace QuicWasm.Bench;

/// <summary>What a probe has measured of a link.</summary>
/// <param name="RttMs">Median round trip of small packets, in milliseconds.</param>
/// <param name="Sent">Packets sent one way, far apart.</param>
/// <param name="Received">How many of them came.</param>
/// <param name="RateMbit">At which rate as much as was sent came out, in megabits a second with IP headers; null where there is no limit to find.</param>
/// <param name="TcpMbit">What some TCP connections together moved in megabits of data a second once they had found the rate, or null where none was tried.</param>
internal sealed record ProbeResult(double RttMs, int Sent, int Received, double? RateMbit, double? TcpMbit);
