namespace QuicWasm.Cli;

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="IsThere">Whether it can be used.</param>
/// <param name="Text">How it is.</param>
/// <param name="Advice">What to do where it is missing; empty where nothing needs to be done.</param>
internal sealed record DoctorFinding(string Name, bool IsThere, string Text, string Advice = "");
