using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Spec.Tests;

/// <summary>The core suite of the specification, over the engines (a class each) and ways of calling.</summary>
public abstract class CoreSuiteTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_121;

    public static TheoryData<string> Scripts() => SpecSuite.Scripts();

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes(string script) => Run(script, new PlainCalls());

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes_with_a_capture_and_resume_at_every_few_safe_points(string script)
    {
        var calls = new CapturedCalls(Seed);
        output.WriteLine($"seed {Seed}");
        Run(script, calls);
        output.WriteLine($"{calls.Captures} captures");
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes_with_round_trips_through_an_image_file(string script)
    {
        var calls = new ImageCalls(Seed, Options(CreateOtherEngine));
        output.WriteLine($"seed {Seed}");
        Run(script, calls);
        output.WriteLine($"{calls.RoundTrips} round trips");
    }

    /// <summary>Makes the engine under test.</summary>
    protected abstract IEngine CreateEngine(RuntimeContext context);

    /// <summary>Makes the engine that images go on in.</summary>
    protected abstract IEngine CreateOtherEngine(RuntimeContext context);

    private static Configure Options(Func<RuntimeContext, IEngine> engine) => new() { Engine = engine, Features = ModuleFeatures.Wasm2 };

    private void Run(string script, ICallMode mode)
    {
        Assert.SkipWhen(SpecSuite.Missing is not null, SpecSuite.Missing ?? "");
        using var runner = new SpecRunner(script, mode, Options(CreateEngine));
        List<string> failures = runner.Run();
        if (SpecSkips.Reason(script) is { } reason)
        {
            Assert.True(failures.Count > 0, $"{script} passes: take it off the list of skips");
            Assert.Skip(reason);
        }

        Assert.True(failures.Count == 0, $"{failures.Count} commands failed:\n{string.Join('\n', failures.Take(10))}");
    }
}
