namespace QuicWasm.Spec.Tests;

/// <summary>Runs scripts in each of the ways of calling.</summary>
public abstract class SuiteTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    private protected static void RunPlainly(SpecSuite suite, string engine, string script) => Run(suite, engine, script, new PlainCalls());

    private protected void RunCaptured(SpecSuite suite, string engine, string script)
    {
        var calls = new CapturedCalls(Seed);
        output.WriteLine($"seed {Seed}");
        Run(suite, engine, script, calls);
        output.WriteLine($"{calls.Captures} captures");
    }

    private protected void RunMoved(SpecSuite suite, string engine, string script)
    {
        var calls = new ImageCalls(Seed, Engines.ConfigureOther(engine, suite));
        output.WriteLine($"seed {Seed}");
        Run(suite, engine, script, calls);
        output.WriteLine($"{calls.RoundTrips} round trips");
    }

    private static void Run(SpecSuite suite, string engine, string script, ICallMode mode)
    {
        Assert.SkipWhen(suite.Missing is not null, suite.Missing ?? "");
        using var runner = new SpecRunner(suite, script, mode, Engines.Configure(engine, suite));
        List<string> failures = runner.Run();
        if (SpecSkips.Reason(script) is { } reason)
        {
            Assert.True(failures.Count > 0, $"{script} passes: take it off the list of skips");
            Assert.Skip(reason);
        }

        Assert.True(failures.Count == 0, $"{failures.Count} commands failed:\n{string.Join('\n', failures.Take(10))}");
        Assert.SkipWhen(runner.IsEmpty, "every module of the script needs a proposal that is not supported");
    }
}
