namespace QuicWasm.Bench;

/// <summary>What a fork took.</summary>
/// <param name="Made">Until the command said that all children run.</param>
/// <param name="FirstOutput">Until each had written something.</param>
/// <param name="Ended">Until each had ended.</param>
/// <param name="IdlePssKib">Memory of the node and its pager before: each page's share, in KiB.</param>
/// <param name="PeakPssKib">The most that was seen.</param>
/// <param name="PeakPrivateDirtyKib">The most that was seen of pages that are nobody else's, and changed.</param>
internal sealed record ForkFigures(TimeSpan Made, TimeSpan FirstOutput, TimeSpan Ended, long IdlePssKib, long PeakPssKib, long PeakPrivateDirtyKib);
