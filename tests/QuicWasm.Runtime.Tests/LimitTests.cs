using System.Diagnostics;
using QuicWasm.Modules;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

public sealed class LimitTests
{
    [Fact]
    public void A_memory_that_begins_over_the_limit_is_refused()
    {
        using RuntimeContext context = Runtimes.New(o => o with { MaxMemoryBytes = 2 * MemoryInstance.PageBytes });
        context.Instantiate(ModuleBytes.Defining(ExternalKind.Memory, 2));
        var error = Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Defining(ExternalKind.Memory, 3)));
        Assert.Equal(LinkError.LimitExceeded, error.Error);
        Assert.Equal("a memory of 3 pages is over the limit of 2 pages", error.Message);
    }

    [Fact]
    public void A_memory_cannot_grow_over_the_limit_of_the_runtime_though_its_type_allows_it()
    {
        using RuntimeContext context = Runtimes.New(o => o with { MaxMemoryBytes = 2 * MemoryInstance.PageBytes });
        ModuleInstance storage = context.Load("storage");
        Assert.Equal(-1, context.CallI32(storage, "grow", 2));
        Assert.Equal(1, context.CallI32(storage, "grow", 1));
        Assert.Equal(-1, context.CallI32(storage, "grow", 1));
        Assert.Equal(-1, context.CallI32(storage, "grow", uint.MaxValue));
    }

    [Fact]
    public void A_table_keeps_to_the_limit_of_the_runtime_and_of_its_type()
    {
        using RuntimeContext context = Runtimes.New(o => o with { MaxTableElements = 4 });
        var error = Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Defining(ExternalKind.Table, 5)));
        Assert.Equal(LinkError.LimitExceeded, error.Error);
        Assert.Equal("a table of 5 elements is over the limit of 4", error.Message);
        ModuleInstance storage = context.Load("storage");
        Assert.Equal(-1, context.CallI32(storage, "grow_table", 2));
        Assert.Equal(3, context.CallI32(storage, "grow_table", 1));

        using RuntimeContext roomy = Runtimes.New();
        ModuleInstance other = roomy.Load("storage");
        Assert.Equal(-1, roomy.CallI32(other, "grow_table", 3));
        Assert.Equal(3, roomy.CallI32(other, "grow_table", 2));
    }

    [Fact]
    public void All_tables_of_a_runtime_keep_to_its_limit_together()
    {
        using RuntimeContext context = Runtimes.New(o => o with { MaxTableElements = 4 });
        TableInstance table = context.Instantiate(ModuleBytes.Defining(ExternalKind.Table, 3)).Tables[0];
        var error = Assert.Throws<LinkException>(() => context.Instantiate(ModuleBytes.Defining(ExternalKind.Table, 2)));
        Assert.Equal(LinkError.LimitExceeded, error.Error);
        Assert.Equal("a table of 2 elements is over the limit of 4, which all tables have together", error.Message);

        // What failed has given back what it took.
        TableInstance other = context.Instantiate(ModuleBytes.Defining(ExternalKind.Table, 1)).Tables[0];
        Assert.Equal(-1, table.Grow(1, Reference.Null));
        Assert.Equal(-1, other.Grow(1, Reference.Null));
        Assert.Equal(1, other.Grow(0, Reference.Null));
    }

    [Fact]
    public void Instantiating_takes_time_that_grows_with_the_number_of_globals()
    {
        const int count = 400_000;
        byte[] section = [.. Leb(count), .. Enumerable.Repeat((byte[])[0x7F, 0, 0x41, 7, 0x0B], count).SelectMany(g => g)];
        ValidatedModule module = ModuleLoader.Load((byte[])[.. "\0asm\u0001\0\0\0"u8, 0x06, .. Leb(section.Length), .. section]);
        using RuntimeContext context = Runtimes.New();
        long start = Stopwatch.GetTimestamp();
        ModuleInstance instance = context.Instantiate(module);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal(count, instance.Globals.Length);
        Assert.Equal(7UL, instance.Globals[count - 1].Low);
    }

    private static byte[] Leb(int value) => [(byte)(value | 0x80), (byte)((value >> 7) | 0x80), (byte)((value >> 14) | 0x80), (byte)((value >> 21) & 0x7F)];

    [Fact]
    public void A_limit_that_no_array_can_reach_refuses_growth_and_does_not_break()
    {
        using RuntimeContext context = Runtimes.New(o => o with { MaxTableElements = ulong.MaxValue });
        TableInstance table = context.Instantiate(ModuleBytes.Defining(ExternalKind.Table, 1)).Tables[0];
        Assert.Equal(-1, table.Grow(uint.MaxValue - 1, Reference.Null));
        Assert.Equal(1, table.Length);
    }

    [Fact]
    public void A_limit_on_the_stack_limits_how_deep_calls_go()
    {
        int shallow = DepthWith(1 << 16);
        int deep = DepthWith(1 << 18);
        Assert.InRange(shallow, 100, 10_000);
        Assert.InRange(deep, 3 * shallow, 5 * shallow);
    }

    [Fact]
    public void A_proposal_that_is_off_is_refused_by_the_loader_with_the_runtimes_features()
    {
        Configure options = Runtimes.Options with { Features = new ModuleFeatures(Proposals.None) };
        Assert.Throws<ModuleException>(() => ModuleLoader.Load(TestPrograms.Binary("calls"), options.Features));
    }

    private static int DepthWith(ulong maxStackBytes)
    {
        int depth = 0;
        using RuntimeContext context = Runtimes.New(o => o with
        {
            MaxStackBytes = maxStackBytes,
        });
        ModuleInstance calls = context.Load("calls");
        for (ulong n = 64; ; n += 64)
        {
            try
            {
                context.Call(calls, "fac", n);
                depth = (int)n;
            }
            catch (TrapException trap)
            {
                Assert.Equal(TrapKind.CallStackExhausted, trap.Kind);
                return depth;
            }
        }
    }
}
