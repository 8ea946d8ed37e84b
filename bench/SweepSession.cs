namespace QuicWasm.Bench;

/// <summary>What the questions of one sweep share: a link's setting is measured once, and with --quick the system is warm after the first question's warm-up.</summary>
internal sealed class SweepSession(Capabilities capabilities, bool isQuick)
{
    private const int MostAttempts = 3;

    private readonly Dictionary<LinkSettings, LinkCalibration> _calibrations = [];
    private bool _isWarm;

    /// <summary>What can be measured here.</summary>
    public Capabilities Capabilities => capabilities;

    /// <summary>What a link with these settings does, measured now or by an earlier question.</summary>
    /// <exception cref="HarnessException">The probe failed.</exception>
    public async Task<LinkCalibration> CalibrationAsync(LinkPool links, LinkSettings settings, SweepProgress progress, CancellationToken cancellationToken)
    {
        if (_calibrations.TryGetValue(settings, out LinkCalibration? known))
        {
            return known;
        }

        progress.Say($"measuring the link ({settings})");
        Route route = await links.RouteAsync(LinkKinds.Emulated, settings, cancellationToken);
        LinkCalibration calibration;
        int attempts = 0;
        do
        {
            calibration = (await LinkCalibration.MeasureAsync(route.Link!, settings, isQuick, cancellationToken)) with { Attempts = ++attempts };
            foreach (string problem in calibration.Problems)
            {
                progress.Say($"the link is not as it should be ({settings}), measured {attempts} of {MostAttempts} times: {problem}");
            }
        }
        while (calibration.Problems.Count > 0 && attempts < MostAttempts);

        return _calibrations[settings] = calibration;
    }

    /// <summary>
    /// How many runs go before a question, and are not counted: what the system reads from disk for the first time is no part of what is measured.
    /// </summary>
    public int TakeWarmUps(SweepDefinition definition)
    {
        int runs = isQuick && _isWarm ? 0 : definition.WarmUp;
        _isWarm |= runs > 0;
        return runs;
    }
}
