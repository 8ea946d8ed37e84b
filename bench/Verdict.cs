namespace QuicWasm.Bench;

/// <summary>What a link does to a packet.</summary>
/// <param name="Fate">Whether it comes out.</param>
/// <param name="AtNs">When, if it does.</param>
internal readonly record struct Verdict(Fate Fate, long AtNs);
