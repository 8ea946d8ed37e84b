using System.Diagnostics;
using QuicWasm.Modules;

namespace QuicWasm.Fuzz.Tests;

/// <summary>Random valid modules give the same results, traps and state in every engine, also when they are moved between engines on the way.</summary>
public sealed class EngineDifferenceTests
{
    private static readonly EngineKind[] All = [EngineKind.Interpreter, EngineKind.Compiler, EngineKind.Tiered, EngineKind.Compared];

    // Those that see an access that is partly outside also where the part is not used (MemoryChecks.Guarded).
    private static readonly EngineKind[] Exact = [EngineKind.Interpreter, EngineKind.Compared];

    // Of fewer modules nothing can be said about what modules do.
    private const int SampleSize = 100;

    [Fact]
    public void Random_modules_do_the_same_in_every_engine_and_moved_between_them()
    {
        long start = Stopwatch.GetTimestamp();
        var tally = new Tally();
        for (int seed = Seeds.First; seed < Seeds.First + Seeds.EngineModuleCount; seed++)
        {
            RunEverywhere(seed, tally);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"seeds {Seeds.First} to {Seeds.First + Seeds.EngineModuleCount - 1}: {tally.Calls} calls, of which {tally.Traps.Values.Sum()} trap; "
            + $"{tally.Moves} moves between engines; {tally.ModulesThatKeepExceptions} modules keep exceptions; no difference; {Stopwatch.GetElapsedTime(start).TotalSeconds:f0} s");
        foreach ((string trap, int count) in tally.Traps.OrderByDescending(t => t.Value))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{trap}: {count}");
        }

        if (Seeds.EngineModuleCount >= SampleSize)
        {
            Assert.True(tally.Moves > Seeds.EngineModuleCount, "the modules hardly reach a safe point");
            Assert.True(tally.ModulesThatKeepExceptions * 50 > Seeds.EngineModuleCount, "the modules hardly catch exceptions");
            Assert.True(tally.Traps.Values.Sum() * 2 < tally.Calls, "most calls trap");
        }
    }

    private static void RunEverywhere(int seed, Tally tally)
    {
        bool reachesOut = seed % 4 == 0;
        EngineKind[] engines = reachesOut ? Exact : All;
        GeneratedModule module = ModuleGenerator.Generate(seed, reachesOut ? Vocabulary.Whole : Vocabulary.WholeButAligned);
        ValidatedModule validated = ModuleLoader.Load(module.Binary);
        using var baseline = new EngineRun(module, validated, null, EngineKind.Interpreter);
        string[] expected = baseline.Run();
        tally.Add(expected.Select(e => e.Split('\n')[0]));
        tally.ModulesThatKeepExceptions += baseline.KeptExceptions ? 1 : 0;
        foreach (EngineKind kind in engines.Where(e => e is EngineKind.Compiler or EngineKind.Compared))
        {
            using var run = new EngineRun(module, validated, null, kind);
            Compare(seed, module, expected, run, kind.ToString());
        }

        int first = seed % engines.Length;
        using var moved = new EngineRun(module, validated, new Random(seed), [.. engines[first..], .. engines[..first]]);
        Compare(seed, module, expected, moved, "moved between engines");
        tally.Moves += moved.Moves;
    }

    private static void Compare(int seed, GeneratedModule module, string[] expected, EngineRun run, string how)
    {
        string[] actual = [];
        try
        {
            actual = run.Run();
        }
        catch (Exception e) when (e is not Runtime.TrapException)
        {
            Fail(seed, module, how, e.ToString());
        }

        if (!expected.SequenceEqual(actual))
        {
            int at = Enumerable.Range(0, expected.Length).First(i => expected[i] != actual[i]);
            string what = $"call {at}, {module.Calls[at].Function}({string.Join(", ", module.Calls[at].Arguments.Select(a => $"0x{a:x}"))})";
            Fail(seed, module, how, $"{what} gives {actual[at]}, and {expected[at]} in the interpreter");
        }
    }

    private static void Fail(int seed, GeneratedModule module, string how, string what)
    {
        string file = Path.Combine(Path.GetTempPath(), $"quicwasm-engines-{seed}.wasm");
        File.WriteAllBytes(file, module.Binary);
        Assert.Fail($"seed {seed} (QUICWASM_FUZZ_SEED), {how}, the module is in {file}: {what}");
    }

    private sealed class Tally
    {
        public int Calls { get; private set; }

        public int Moves { get; set; }

        public int ModulesThatKeepExceptions { get; set; }

        public Dictionary<string, int> Traps { get; } = [];

        public void Add(IEnumerable<string> calls)
        {
            foreach (string call in calls)
            {
                Calls++;
                if (!call.StartsWith("trap", StringComparison.Ordinal))
                {
                    continue;
                }

                string kind = call.Split(' ')[1];
                Traps[kind] = Traps.GetValueOrDefault(kind) + 1;
            }
        }
    }
}
