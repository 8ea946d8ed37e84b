namespace QuicWasm.Bench;

/// <summary>A median and the interval that holds the true one with 95% confidence.</summary>
/// <param name="Count">How many values.</param>
/// <param name="Median">Their median.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Confidence">What the interval's confidence is: less than 0.95 where there are fewer than 6 values, which then all lie in it.</param>
internal readonly record struct Interval(int Count, double Median, double Low, double High, double Confidence)
{
    private const double Wanted = 0.95;

    /// <summary>
    /// From values in any order. The ends are values themselves (order statistics): the narrowest symmetric pair for which the binomial
    /// distribution gives at least 95%; nothing is assumed about how the values are distributed.
    /// </summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Interval Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int count = sorted.Length;
        if (count == 0)
        {
            throw new ArgumentException("an interval needs a value", nameof(values));
        }

        double median = count % 2 == 1 ? sorted[count / 2] : (sorted[(count / 2) - 1] + sorted[count / 2]) / 2;
        int rank = 0;
        double confidence = 1 - (2 * AtMost(0, count));
        while (rank + 1 < count / 2 && 1 - (2 * AtMost(rank + 1, count)) >= Wanted)
        {
            rank++;
            confidence = 1 - (2 * AtMost(rank, count));
        }

        return new Interval(count, median, sorted[rank], sorted[count - 1 - rank], confidence);
    }

    // The probability of at most k of n values below the true median.
    private static double AtMost(int k, int n)
    {
        double term = Math.Pow(0.5, n);
        double sum = term;
        for (int i = 1; i <= k; i++)
        {
            term *= (double)(n - i + 1) / i;
            sum += term;
        }

        return sum;
    }
}
