namespace QuicWasm.Native.Tests;

/// <summary>Tests that cannot run here.</summary>
internal static class Skip
{
    /// <summary>Skips where the condition does not hold; fails where QUICWASM_REQUIRE names the thing.</summary>
    public static void Unless(string thing, bool condition, string reason)
    {
        bool isRequired = (Environment.GetEnvironmentVariable("QUICWASM_REQUIRE") ?? "").Split(',').Contains(thing);
        Assert.True(condition || !isRequired, $"{thing} is required: {reason}");
        Assert.SkipUnless(condition, reason);
    }
}
