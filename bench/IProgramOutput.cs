namespace QuicWasm.Bench;

/// <summary>What a program has written until now.</summary>
internal interface IProgramOutput
{
    /// <summary>Its lines.</summary>
    IReadOnlyList<string> Output { get; }

    /// <summary>When each of them came, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</summary>
    IReadOnlyList<long> OutputTimes { get; }
}
