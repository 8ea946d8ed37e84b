namespace QuicWasm.Bench;

/// <summary>What a fork took.</summary>
/// <param name="Made">Until the command said that all children run.</param>
/// <param name="FirstOutput">Until each had written something.</param>
/// <param name="Ended">Until each had ended.</param>
/// <param name="IdleKib">Anonymous memory of the node and its pager before, in KiB: what is not the image's, which all children share.</param>
/// <param name="PeakKib">The most that was seen.</param>
internal sealed record ForkFigures(TimeSpan Made, TimeSpan FirstOutput, TimeSpan Ended, long IdleKib, long PeakKib);
