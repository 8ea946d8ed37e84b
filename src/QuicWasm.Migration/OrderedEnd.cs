namespace QuicWasm.Migration;

/// <summary>How a program that was ordered has ended.</summary>
/// <param name="Outcome">Whether it ended by itself.</param>
/// <param name="ExitCode">Its exit code, where it did.</param>
/// <param name="Text">Where it went, or why it trapped.</param>
public sealed record OrderedEnd(OrderedOutcome Outcome, int ExitCode, string Text);
