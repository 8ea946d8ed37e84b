namespace QuicWasm.Spec.Tests;

/// <summary>Scripts that are not run, each with its reason. A script on the list that would pass fails the test.</summary>
internal static class SpecSkips
{
    private static readonly Dictionary<string, string> Reasons = [];

    /// <summary>Why a script is not run, or null where it is.</summary>
    public static string? Reason(string script) => Reasons.GetValueOrDefault(script);
}
