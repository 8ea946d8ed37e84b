namespace QuicWasm.Migration;

/// <summary>Takes observations, for example into a table.</summary>
public interface IMeasurementSink
{
    /// <summary>Takes one observation.</summary>
    /// <param name="metric">What was measured, as in <c>time_to_commit</c>.</param>
    /// <param name="value">How much.</param>
    /// <param name="unit">Of what: <c>ns</c>, <c>bytes</c>, <c>count</c>.</param>
    void Observe(string metric, double value, string unit);
}
