namespace QuicWasm.Fuzz.Tests;

/// <summary>Random valid modules give the same results, traps, globals and memory here and in an independent engine.</summary>
public sealed class DifferentialTests
{
    [Fact]
    public async Task Random_modules_do_here_what_they_do_in_another_engine()
    {
        Assert.SkipUnless(NodeEngine.IsPresent(), "there is no node here, which is the engine to compare with");
        int[] seeds = [.. Enumerable.Range(Seeds.First, Seeds.ModuleCount)];
        GeneratedModule[] modules = [.. seeds.Select(s => ModuleGenerator.Generate(s, Vocabulary.Portable))];
        IReadOnlyList<string[]> expected = await NodeEngine.RunAsync(modules);
        Assert.Equal(modules.Length, expected.Count);
        int captures = 0;
        for (int i = 0; i < modules.Length; i++)
        {
            Compare(seeds[i], modules[i], expected[i], new OwnEngine(modules[i], null).Run(), "");
            var moved = new OwnEngine(modules[i], new Random(seeds[i]));
            Compare(seeds[i], modules[i], expected[i], moved.Run(), ", captured and resumed");
            captures += moved.Captures;
        }

        string[] calls = [.. expected.SelectMany(m => m[..^1])];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"seeds {seeds[0]} to {seeds[^1]}: {calls.Length} calls, of which {calls.Count(c => c.StartsWith("trap", StringComparison.Ordinal))} trap, {captures} captures");
        foreach (IGrouping<string, string> kind in calls.Where(c => c.StartsWith("trap", StringComparison.Ordinal)).GroupBy(c => c))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{kind.Key}: {kind.Count()}");
        }

        Assert.True(captures > modules.Length, "the modules hardly reach a safe point");
    }

    private static void Compare(int seed, GeneratedModule module, string[] expected, string[] actual, string how)
    {
        if (!expected.SequenceEqual(actual))
        {
            string file = Path.Combine(Path.GetTempPath(), $"quicwasm-differential-{seed}.wasm");
            File.WriteAllBytes(file, module.Binary);
            int at = Enumerable.Range(0, expected.Length).First(i => i >= actual.Length || expected[i] != actual[i]);
            string what = at < module.Calls.Count
                ? $"call {at}, {module.Calls[at].Function}({string.Join(", ", module.Calls[at].Arguments.Select(a => $"0x{a:x}"))})"
                : "the state at the end";
            Assert.Fail($"seed {seed} (QUICWASM_FUZZ_SEED){how}, the module is in {file}: {what} gives {actual[at]}, and {expected[at]} in node");
        }
    }
}
