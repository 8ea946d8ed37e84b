namespace QuicWasm.Transport.Tests;

/// <summary>Skips what needs a provider that is not here; QUICWASM_REQUIRE=name,... turns that into a failure.</summary>
internal static class Providers
{
    public static void Require(bool isHere, string name, string reason)
    {
        if (!isHere && Environment.GetEnvironmentVariable("QUICWASM_REQUIRE")?.Split(',').Contains(name) == true)
        {
            Assert.Fail($"{name} is required here: {reason}");
        }

        Assert.SkipUnless(isHere, reason);
    }
}
