using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>What was measured of one transport; what it does not have is NaN.</summary>
internal sealed record TransportFigures
{
    public double ConnectMs { get; init; } = double.NaN;

    public double RoundTripP50Us { get; init; } = double.NaN;

    public double RoundTripP99Us { get; init; } = double.NaN;

    /// <summary>Requests in a second, with 1, 16 and 256 at once.</summary>
    public double[] RequestsPerSecond { get; init; } = [double.NaN, double.NaN, double.NaN];

    /// <summary>10^6 bytes in a second, over 1, 4 and 16 streams.</summary>
    public double[] MegabytesPerSecond { get; init; } = [double.NaN, double.NaN, double.NaN];

    /// <summary>Of both ends together, for the bytes over one stream.</summary>
    public double CpuSecondsPerGiB { get; init; } = double.NaN;

    /// <summary>The values as a row of the table.</summary>
    public IEnumerable<string> Cells()
    {
        double[] values = [ConnectMs, RoundTripP50Us, RoundTripP99Us, .. RequestsPerSecond, .. MegabytesPerSecond, CpuSecondsPerGiB];
        return values.Select(v => double.IsNaN(v) ? "-" : v.ToString(v < 100 ? "0.00" : "0", CultureInfo.InvariantCulture));
    }

    /// <summary>The value that a part of the samples does not exceed.</summary>
    public static double Percentile(double[] samples, double part)
    {
        double[] sorted = [.. samples.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }
}
