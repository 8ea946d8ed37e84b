namespace QuicWasm.Bench;

/// <summary>How much a probe sends.</summary>
/// <param name="RoundTrips">Round trips that are timed.</param>
/// <param name="LossPackets">Packets that are counted.</param>
/// <param name="RateMbit">The rate that it is to find, or 0.</param>
/// <param name="IsTcp">Whether it finds the rate with TCP, whose segments the system makes; else with packets of its own, which loss does not slow down.</param>
/// <param name="Seconds">How long it sends as much as it can.</param>
internal sealed record ProbeLoad(int RoundTrips, int LossPackets, double RateMbit, bool IsTcp, double Seconds);
