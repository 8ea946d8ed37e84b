namespace QuicWasm.Bench;

/// <summary>One question in a report.</summary>
/// <param name="Question">Such as E1.</param>
/// <param name="Title">The question itself.</param>
/// <param name="Table">Medians.</param>
/// <param name="Figure">The figure as SVG, or null.</param>
/// <param name="NoFigure">Why there is none, or null.</param>
/// <param name="Manifest">The environment, as JSON.</param>
/// <param name="Medians">What sentences are made of.</param>
internal sealed record ReportSection(
    string Question, string Title, PointTable Table, string? Figure, string? NoFigure, string Manifest, IReadOnlyList<SummaryRow> Medians);
