namespace QuicWasm.Bench;

/// <summary>Measures the points of one question, and keeps their rows as they come.</summary>
internal sealed class SweepRun(SweepDefinition definition, ResultFolder results, SweepSession session)
{
    /// <summary>The points, in the order in which they are measured.</summary>
    public IReadOnlyList<ExperimentPoint> Order { get; } = SweepPlan.Order(
        [.. SweepPlan.Expand(definition).Where(p => (session.Capabilities.Refusal(p) ?? MissingHere.For(p)) is null)], definition.Repetitions, definition.Seed);

    /// <summary>Measures what is left; gives how many runs failed.</summary>
    public async Task<int> RunAsync(SweepProgress progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<ExperimentPoint> remaining = SweepPlan.Remaining(Order, results.Finished());
        results.Note("seed", definition.Seed);
        results.Note("runs", new { all = Order.Count, done_before = Order.Count - remaining.Count });
        LeaveOut(progress);
        if (remaining.Count == 0)
        {
            return 0;
        }

        await using var links = new LinkPool(definition.Seed);
        var runner = new MigrationRunner(session.Capabilities, links, TimeSpan.FromSeconds(definition.DeadlineSeconds));
        results.Note("calibration", await CalibrateAsync(links, remaining, progress, cancellationToken));
        await WarmUpAsync(runner, remaining, progress, cancellationToken);
        int failed = 0;
        progress.Begin(definition.Question, Order.Count - remaining.Count, Order.Count, definition.EstimatedSeconds);
        foreach (ExperimentPoint point in remaining)
        {
            MigrationOutcome outcome = await runner.RunAsync(point, cancellationToken);
            results.Append(outcome.Rows(results.Name, definition.Question));
            failed += outcome.IsVerified && outcome.Error is null ? 0 : 1;
            progress.Done(outcome);
        }

        return failed;
    }

    // What this build or this machine cannot do is no row: it is said, and noted in the manifest.
    private void LeaveOut(SweepProgress progress)
    {
        var missing = SweepPlan.Expand(definition).Select(p => (Point: p, Reason: session.Capabilities.Refusal(p) ?? MissingHere.For(p))).Where(p => p.Reason is not null)
            .GroupBy(p => p.Reason!).Select(g => new { reason = g.Key, points = g.Select(p => $"{p.Point}").ToArray() }).ToArray();
        results.Note("left_out", missing);
        foreach (var group in missing)
        {
            progress.Say($"{definition.Question}: {group.points.Length} points are left out: {group.reason}");
        }
    }

    /// <summary>Every setting of the link that points ask for is measured first.</summary>
    private async Task<IReadOnlyList<LinkCalibration>> CalibrateAsync(
        LinkPool links, IReadOnlyList<ExperimentPoint> points, SweepProgress progress, CancellationToken cancellationToken)
    {
        var calibrations = new List<LinkCalibration>();
        foreach ((string kind, LinkSettings settings) in points.Select(p => (p.LinkKind, p.Link)).Distinct())
        {
            if (kind == LinkKinds.Loopback || (kind == LinkKinds.Auto && LinkNamespaces.Unavailable() is not null))
            {
                continue;
            }

            calibrations.Add(await session.CalibrationAsync(links, settings, progress, cancellationToken));
        }

        return calibrations;
    }

    private async Task WarmUpAsync(MigrationRunner runner, IReadOnlyList<ExperimentPoint> points, SweepProgress progress, CancellationToken cancellationToken)
    {
        foreach (ExperimentPoint point in points.Take(session.TakeWarmUps(definition)))
        {
            progress.Say($"{definition.Question}: warming up with {point}");
            await runner.RunAsync(point, cancellationToken);
        }
    }
}
