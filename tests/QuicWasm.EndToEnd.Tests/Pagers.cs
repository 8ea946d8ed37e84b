using QuicWasm.Migration;
using QuicWasm.Native;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Pagers of this test process, by the command.</summary>
internal static class Pagers
{
    /// <summary>A pager that starts when it is needed, with further options.</summary>
    public static Pager New(params string[] options) => new(new PagerOptions(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "QuicWasm.Cli.dll"), "pager", .. options, "--socket"]));

    /// <summary>Skips the test where page faults cannot be caught; fails it where QUICWASM_REQUIRE names uffd.</summary>
    public static void SkipWithout()
    {
        try
        {
            Userfault.Probe();
        }
        catch (NativeException e)
        {
            Assert.SkipWhen(!Repository.Requires("uffd"), e.Message);
            throw;
        }
    }
}
