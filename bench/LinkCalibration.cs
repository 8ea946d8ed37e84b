using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>Settings of a link, beside what was measured over it.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Measured">What a probe found.</param>
/// <param name="Problems">Where the two are further apart than they may be.</param>
internal sealed record LinkCalibration(LinkSettings Settings, ProbeResult Measured, IReadOnlyList<string> Problems)
{
    private const double MostRateError = 0.05;
    private const double MostRttError = 0.1;
    private const double MostRttErrorMs = 0.2;
    private const double Sigmas99 = 2.576;
    private const double FastMbit = 400;
    private const int ProbeBytes = 33;

    /// <summary>How often it was measured until there was no problem: a machine that does something else for a moment is not the link.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Compares: the rate within 5%, the round trip within 10% or 0.2 ms, the loss inside its 99% interval.</summary>
    public static LinkCalibration Of(LinkSettings settings, ProbeResult measured)
    {
        var problems = new List<string>();
        double rtt = ExpectedRttMs(settings);
        if (Math.Abs(measured.RttMs - rtt) > Math.Max(MostRttError * rtt, MostRttErrorMs))
        {
            problems.Add(FormattableString.Invariant($"round trip {measured.RttMs:f3} ms instead of {rtt:f3}"));
        }

        (double low, double high) = LossInterval(settings, measured.Sent);
        int lost = measured.Sent - measured.Received;
        if (lost < low || lost > high)
        {
            problems.Add(FormattableString.Invariant($"{lost} of {measured.Sent} packets lost, outside of {low:f1} to {high:f1}"));
        }

        if (measured.RateMbit is { } rate && Math.Abs(rate - settings.RateMbit) > MostRateError * settings.RateMbit)
        {
            problems.Add(FormattableString.Invariant($"{rate:f1} Mbit/s instead of {settings.RateMbit}"));
        }

        return new LinkCalibration(settings, measured, problems);
    }

    /// <summary>How many of so many packets may be lost: 99% of all trials.</summary>
    public static (double Low, double High) LossInterval(LinkSettings settings, int packets)
    {
        if (settings.Loss == 0)
        {
            return (0, 0);
        }

        // Packets that are lost together are fewer independent trials: the variance of a two-state chain grows by (1 + r) / (1 - r),
        // where r is the correlation of neighbours.
        double toGood = Math.Min(1 - settings.Loss, 1 / settings.LossBurst);
        double correlation = 1 - toGood - (settings.Loss * toGood / (1 - settings.Loss));
        double variance = packets * settings.Loss * (1 - settings.Loss) * (1 + correlation) / (1 - correlation);
        double width = (Sigmas99 * Math.Sqrt(variance)) + 0.5;
        return (Math.Max(0, (packets * settings.Loss) - width), (packets * settings.Loss) + width);
    }

    /// <summary>Measures a link that is set already.</summary>
    /// <exception cref="HarnessException">The probe failed.</exception>
    public static async Task<LinkCalibration> MeasureAsync(EmulatedLink link, LinkSettings settings, bool isQuick, CancellationToken cancellationToken)
    {
        using System.Diagnostics.Process receiver = NodeProcess.Launch(link.Destination, "QuicWasm.Bench.dll", ProbeCommand.Receive(link.Destination.Address));
        try
        {
            string ports = await receiver.StandardOutput.ReadLineAsync(cancellationToken)
                ?? throw new HarnessException($"the probe ended: {await receiver.StandardError.ReadToEndAsync(cancellationToken)}");
            var load = new ProbeLoad(isQuick ? 15 : 40, isQuick ? 2000 : 8000, settings.RateMbit, settings.RateMbit >= FastMbit && settings.Loss == 0 && settings.Reorder == 0, isQuick ? 0.7 : 1.5);
            using System.Diagnostics.Process sender = NodeProcess.Launch(
                link.Source, "QuicWasm.Bench.dll", ProbeCommand.Send(link.Destination.Address, ports, load));
            string? line = await sender.StandardOutput.ReadLineAsync(cancellationToken);
            return line is null
                ? throw new HarnessException($"the probe failed: {(await sender.StandardError.ReadToEndAsync(cancellationToken)).Trim()}")
                : Of(settings, JsonSerializer.Deserialize<ProbeResult>(line, LinkCommand.Format)!);
        }
        finally
        {
            receiver.Kill();
        }
    }

    private static double ExpectedRttMs(LinkSettings settings) =>
        settings.RttMs + settings.JitterMs + (settings.RateMbit == 0 ? 0 : 2 * ProbeBytes * 8 / (settings.RateMbit * 1e3));
}
