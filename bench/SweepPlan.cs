using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>The points of a sweep, and the order in which they are measured.</summary>
internal static class SweepPlan
{
    /// <summary>The product of the dimensions without what is excluded, in the order of the file, each point once.</summary>
    /// <exception cref="HarnessException">A dimension or a value is unknown, or nothing is left.</exception>
    public static IReadOnlyList<ExperimentPoint> Expand(SweepDefinition definition)
    {
        IEnumerable<Candidate> candidates = [new Candidate(new ExperimentPoint(), new Dictionary<string, JsonElement>())];
        foreach ((string dimension, JsonElement[] values) in definition.Dimensions)
        {
            if (values.Length == 0)
            {
                throw new HarnessException($"{dimension} has no values");
            }

            candidates = [.. candidates.SelectMany(c => values.Select(v => c.With(dimension, v)))];
        }

        List<ExperimentPoint> points = [.. candidates.Where(c => !definition.Exclude.Any(c.Matches)).Select(c => c.Point).Distinct()];
        foreach (ExperimentPoint point in points)
        {
            point.Link.Validate();
        }

        return points.Count > 0 ? points : throw new HarnessException("no point is left of the sweep");
    }

    /// <summary>
    /// Every point once for each repetition. A repetition has all points, in an order of its own, so that what drifts with time does not
    /// look like a difference between points; the same seed gives the same order.
    /// </summary>
    public static IReadOnlyList<ExperimentPoint> Order(IReadOnlyList<ExperimentPoint> points, int repetitions, int seed)
    {
        var random = new Random(seed);
        var order = new List<ExperimentPoint>(points.Count * repetitions);
        for (int repetition = 1; repetition <= repetitions; repetition++)
        {
            ExperimentPoint[] block = [.. points.Select(p => p with { Repetition = repetition })];
            random.Shuffle(block);
            order.AddRange(block);
        }

        return order;
    }

    /// <summary>What is left when some runs are done.</summary>
    public static IReadOnlyList<ExperimentPoint> Remaining(IReadOnlyList<ExperimentPoint> order, IReadOnlySet<(string Point, int Repetition)> done) =>
        [.. order.Where(p => !done.Contains(Observation.Of(p, "", "").Key))];

    /// <summary>A point and the values that made it.</summary>
    private sealed record Candidate(ExperimentPoint Point, IReadOnlyDictionary<string, JsonElement> Values)
    {
        public Candidate With(string dimension, JsonElement value) =>
            new(Dimensions.With(Point, dimension, value), new Dictionary<string, JsonElement>(Values) { [dimension] = value });

        // A dimension that the sweep does not name matches nothing: an exclusion that can never apply is a mistake in the file.
        public bool Matches(Dictionary<string, JsonElement[]> exclusion) => exclusion.All(e => Values.TryGetValue(e.Key, out JsonElement value)
            ? e.Value.Any(v => JsonElement.DeepEquals(v, value))
            : throw new HarnessException($"exclude names {e.Key}, which is no dimension of this sweep"));
    }
}
