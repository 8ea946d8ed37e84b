using System.Diagnostics;
using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Fuzz.Tests;

/// <summary>Damaged modules: each is refused, or runs, traps or is stopped. Nothing else ever comes out, whatever is in the bytes.</summary>
public sealed class MutatedModuleTests
{
    private const int SafePoints = 1_500;
    private const int CallsOfAModule = 6;

    private static readonly ulong[] Arguments = [0, 1, 7, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1UL << 63, ulong.MaxValue, 0x7FF8_0000_0000_0000];

    private int _refused;
    private int _linked;
    private int _calls;
    private int _traps;
    private int _suspensions;

    [Fact]
    public void A_damaged_module_is_refused_or_runs_within_its_bounds()
    {
        byte[][] small = [.. Repository.Modules("tests", "QuicWasm.Testing", "programs"), .. Enumerable.Range(0, 20).Select(i => ModuleGenerator.Generate(i, Vocabulary.Whole).Binary)];
        byte[][] large = Repository.Modules("experiments", "workloads");
        var clock = Stopwatch.StartNew();
        int seed = Seeds.First;
        for (; clock.Elapsed < Seeds.Patience; seed++)
        {
            var random = new Random(seed);
            byte[][] samples = random.Next(8) == 0 ? large : small;
            byte[] module = new ModuleMutator(random, small).Mutate(samples[random.Next(samples.Length)]);
            try
            {
                Try(module, random);
            }
            catch (Exception e)
            {
                string file = Path.Combine(Path.GetTempPath(), $"quicwasm-fuzz-{seed}.wasm");
                File.WriteAllBytes(file, module);
                Assert.Fail($"seed {seed} (QUICWASM_FUZZ_SEED), the module is in {file}: {e}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"seeds {Seeds.First} to {seed - 1}: {_refused} refused, {_linked} instantiated, {_calls} calls, {_traps} traps, {_suspensions} suspensions");
        Assert.True(_refused > 0 && _linked > 0 && _calls > 0 && _traps > 0);
    }

    private void Try(byte[] binary, Random random)
    {
        ValidatedModule module;
        try
        {
            module = ModuleLoader.Load(binary);
        }
        catch (ModuleException)
        {
            _refused++;
            return;
        }

        try
        {
            using var context = new RuntimeContext(Configure(module));
            ModuleInstance instance = context.Instantiate(module, runStart: false);
            _linked++;
            if (module.Module.StartFunction is { } start)
            {
                Call(context, instance.Functions[start], random);
            }

            foreach (ExportDeclaration export in module.Module.Exports.Where(e => e.Kind == ExternalKind.Function).Take(CallsOfAModule))
            {
                Call(context, instance.Functions[export.Index], random);
            }
        }
        catch (Exception e) when (e is LinkException or TrapException)
        {
            // A limit, a missing import, or a segment that does not fit.
        }
    }

    private void Call(RuntimeContext context, FunctionInstance function, Random random)
    {
        ulong[] results = new ulong[function.Type.ResultSlots];
        _calls++;
        try
        {
            context.Interruption.RequestAfter(SafePoints);
            ExecutionOutcome outcome = context.Invoke(function, Slots(function.Type, random), results);
            for (int resumes = 0; outcome.Stack is { } stack && resumes < 2; resumes++)
            {
                _suspensions++;
                context.Interruption.Clear();
                context.Interruption.RequestAfter(SafePoints);
                outcome = context.Resume(stack, results);
            }
        }
        catch (TrapException)
        {
            _traps++;
        }
        finally
        {
            context.Interruption.Clear();
        }
    }

    private static ulong[] Slots(FunctionType type, Random random)
    {
        var slots = new List<ulong>();
        foreach (ValueType parameter in type.Parameters)
        {
            ulong value = Arguments[random.Next(Arguments.Length)];
            slots.Add(parameter switch
            {
                ValueType.I32 or ValueType.F32 => (uint)value,
                ValueType.FuncRef or ValueType.ExternRef => 0,
                _ => value,
            });
            if (parameter == ValueType.V128)
            {
                slots.Add(value);
            }
        }

        return [.. slots];
    }

    private static Configure Configure(ValidatedModule module) => new()
    {
        Engine = context => new InterpreterEngine(context),
        HostModules = [.. module.Module.Imports.Select(i => i.Module).Distinct().Select<string, Func<RuntimeContext, IHostModule>>(name => _ => new StubHost(name))],
        MaxMemoryBytes = 8 << 20,
        MaxTableElements = 10_000,
        MaxStackBytes = 256 << 10,
    };
}
