using System.Runtime.CompilerServices;
using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Compiler.Tests;

/// <summary>Runtimes that are gone leave nothing behind: neither compiled code nor memory.</summary>
public sealed class CollectionTests
{
    private const int Runtimes = 1000;
    private const long BoundBytes = 48L << 20;

    [Fact]
    public void A_thousand_runtimes_with_modules_of_their_own_leave_no_code_and_no_memory()
    {
        byte[] binary = TestPrograms.Binary("calls");
        Check(() => ModuleLoader.Load(binary), mayKeepCode: false);
    }

    [Fact]
    public void A_thousand_runtimes_that_share_a_module_share_its_code_and_leave_no_memory()
    {
        var shared = ModuleLoader.Load(TestPrograms.Binary("calls"));
        List<WeakReference> codes = Check(() => shared, mayKeepCode: true);
        Assert.Single(codes.Select(c => c.Target).Distinct());
        GC.KeepAlive(shared);
    }

    // What .NET keeps for itself (heaps of its loader, caches, the garbage collector's own) settles in the first half.
    private static List<WeakReference> Check(Func<ValidatedModule> load, bool mayKeepCode)
    {
        List<WeakReference> codes = RunAll(load, Runtimes / 2);
        Collect();
        long before = Environment.WorkingSet;
        int mappings = MappingCount();
        codes.AddRange(RunAll(load, Runtimes / 2));
        Collect();
        Assert.Equal(Runtimes, codes.Count);
        long grown = Environment.WorkingSet - before;
        int mapped = MappingCount() - mappings;
        int alive = codes.Count(c => c.IsAlive);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{alive} of {Runtimes} runtimes' code is alive; in the second half, working set {grown >> 10} KiB more, {mapped} mappings more");
        Assert.True(mayKeepCode || alive <= 2, $"the code of {alive} runtimes is kept");
        Assert.InRange(grown, long.MinValue, BoundBytes);
        Assert.InRange(mapped, int.MinValue, Runtimes / 4);
        return codes;
    }

    // Inlined, its locals would be the caller's, and alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> RunAll(Func<ValidatedModule> load, int count) => [.. Enumerable.Range(0, count).Select(_ => RunOne(load()))];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunOne(ValidatedModule module)
    {
        var context = new RuntimeContext(new Configure { Engine = c => new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager) });
        MemorySource memory = context.MemorySource;
        WeakReference code = RunIn(context, module);
        context.Dispose();
        Assert.Equal(0, memory.RangesInUse);
        return code;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunIn(RuntimeContext context, ValidatedModule module)
    {
        ModuleInstance instance = context.Instantiate(module);
        Assert.Equal(13ul, Assert.Single(context.Call(instance, "fib", 7)));
        bool isGuarded = instance.Memories.Length > 0 && instance.Memories[0].IsGuarded;
        return new WeakReference(ModuleVariants.Find(module, new CodeVariant(isGuarded, HasSafePoints: true)));
    }

    private static void Collect()
    {
        for (int i = 0; i < 4; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int MappingCount() => OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/maps").Count() : 0;
}
