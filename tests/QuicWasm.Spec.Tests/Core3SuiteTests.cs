namespace QuicWasm.Spec.Tests;

/// <summary>The core suite of the specification 3.0; modules that need garbage collection are passed over.</summary>
public sealed class Core3SuiteTests(ITestOutputHelper output) : SuiteTests(output)
{
    public static TheoryData<string, string> Scripts() => Engines.Each(SpecSuite.Wasm3);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes(string engine, string script) => RunPlainly(SpecSuite.Wasm3, engine, script);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes_with_a_capture_and_resume_at_every_few_safe_points(string engine, string script) =>
        RunCaptured(SpecSuite.Wasm3, engine, script);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Every_command_of_the_script_passes_with_round_trips_through_an_image_file(string engine, string script) =>
        RunMoved(SpecSuite.Wasm3, engine, script);
}
