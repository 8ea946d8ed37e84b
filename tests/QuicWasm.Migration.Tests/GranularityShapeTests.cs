using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>What sets the granularities apart.</summary>
public sealed class GranularityShapeTests
{
    private const ulong Memory = 1UL << 30;

    [Fact]
    public void A_page_holds_several_small_functions_and_never_two_memories()
    {
        ImageLayout layout = RandomLayouts.Program(40, 65536 + 100, 2);
        GranulePlan plan = Plan("page", layout);
        ImagePart[] functions = [.. layout.Parts.Where(p => p.Kind == PartKind.Function && p.Module == 0)];
        Assert.Equal(plan.GranuleOf(functions[0].Number, 0), plan.GranuleOf(functions[1].Number, 0));
        ImagePart[] memories = [.. layout.Parts.Where(p => p.Kind == PartKind.Memory)];
        foreach (ImagePart memory in memories)
        {
            int first = plan.GranuleOf(memory.Number, 0);
            Assert.Equal(4096UL, plan.LengthOf(first));
            Assert.Equal(first + 1, plan.GranuleOf(memory.Number, 4096));
            Assert.Equal(100UL, plan.LengthOf(plan.GranuleOf(memory.Number, memory.LengthBytes - 1)));
        }
    }

    [Fact]
    public void A_function_longer_than_a_page_takes_several_pages()
    {
        ImageLayout layout = new(Guid.NewGuid(),
            [new ImagePart(0, PartKind.Function, 0, 0, 0, 4000), new ImagePart(1, PartKind.Function, 1, 0, 0, 9000)]);
        GranulePlan plan = Plan("page", layout);
        Assert.Equal(4, plan.GranuleCount);
        Assert.Equal(new GranuleRun(0, 4), plan.GranulesOf(1, 0, 9000));
        Assert.Equal(0, plan.GranuleOf(1, 95));
        Assert.Equal(1, plan.GranuleOf(1, 96));
    }

    [Fact]
    public void Mixture_cuts_memory_and_data_and_leaves_functions_whole()
    {
        ImageLayout layout = RandomLayouts.Program(10, 65536);
        GranulePlan plan = Plan("mixture", layout);
        foreach (ImagePart part in layout.Parts.Where(p => p is { IsSkeleton: false, LengthBytes: > 0 }))
        {
            int expected = part.Kind is PartKind.Memory or PartKind.Data or PartKind.DataSection ? (int)((part.LengthBytes + 4095) / 4096) : 1;
            Assert.Equal(expected, plan.GranulesOf(part.Number, 0, part.LengthBytes).Count);
        }
    }

    [Fact]
    public void An_instance_is_one_granule_and_a_module_instance_owns_its_own()
    {
        ImageLayout layout = RandomLayouts.Program(10, 65536, 3);
        int present = layout.Parts.Count(p => p is { IsSkeleton: false, LengthBytes: > 0 });
        Assert.Equal(present + 1, Plan("instance", layout).GranuleCount);
        GranulePlan modules = Plan("module", layout);
        Assert.Equal(1 + 3, modules.GranuleCount);
        foreach (IGrouping<int, ImagePart> owner in layout.Parts.Where(p => p is { IsSkeleton: false, LengthBytes: > 0 }).GroupBy(p => p.Owner))
        {
            Assert.Single(owner.Select(p => modules.GranuleOf(p.Number, 0)).Distinct());
        }
    }

    [Fact]
    public void The_whole_binary_is_one_blob_that_begins_with_the_skeleton()
    {
        ImageLayout layout = RandomLayouts.Program(10, 65536, 2);
        GranulePlan plan = CopyGranularity.Named("whole-binary").Plan(layout, new GranularityOptions(Mode: CopyMode.Cow));
        Assert.Equal(1, plan.GranuleCount);
        Assert.Equal(1, plan.RequiredCount);
        ulong position = 0;
        foreach (PartRange range in plan.RangesOf(0))
        {
            Assert.Equal(position < plan.SkeletonBytes, layout.Parts[range.Part].IsSkeleton);
            position += range.LengthBytes;
        }
    }

    [Fact]
    public void A_module_without_memory_is_lazy_and_its_memory_comes_first_when_it_is_eager()
    {
        ImageLayout layout = RandomLayouts.Program(10, 65536, 2);
        GranulePlan plan = CopyGranularity.Named("module").Plan(layout, new GranularityOptions(Mode: CopyMode.Cow, EagerMemory: true));
        Assert.Equal(1 + 2, plan.RequiredCount);
        Assert.Equal(1 + 2 + 2, plan.GranuleCount);
    }

    [Fact]
    public void A_plan_of_a_gibibyte_in_pages_is_small()
    {
        ImageLayout layout = RandomLayouts.Program(18_000, Memory);
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            GranulePlan plan = granularity.Plan(layout, new GranularityOptions());
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 8 << 20, $"{granularity.Name}: {allocated} bytes");
            Assert.True(granularity.Granularity != Granularity.Page || plan.GranuleCount >= 262_144);
        }
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        ImageLayout layout = RandomLayouts.Program(1000, Memory);
        GranulePlan plan = Plan("page", layout);
        int memory = layout.Parts.Single(p => p.Kind == PartKind.Memory).Number;
        ulong sum = Walk(plan, memory);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(sum, Walk(plan, memory));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(5000)]
    [InlineData(4 << 20)]
    [InlineData(-4096)]
    public void A_page_that_is_out_of_range_is_refused(int pageBytes)
    {
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            MigrationException error = Assert.Throws<MigrationException>(
                () => granularity.Plan(RandomLayouts.Program(1, 0), new GranularityOptions(pageBytes)));
            Assert.Equal(MigrationError.InvalidOption, error.Error);
        }
    }

    [Fact]
    public void More_granules_than_ids_are_refused()
    {
        ImageLayout layout = RandomLayouts.Program(1, 1UL << 50);
        Assert.Equal(MigrationError.LimitExceeded, Assert.Throws<MigrationException>(() => Plan("page", layout)).Error);
        Assert.Equal(MigrationError.LimitExceeded, Assert.Throws<MigrationException>(() => Plan("mixture", layout)).Error);
        Assert.Equal(MigrationError.InvalidOption, Assert.Throws<MigrationException>(() => Plan("pages", layout)).Error);
    }

    private static GranulePlan Plan(string name, ImageLayout layout) => CopyGranularity.Named(name).Plan(layout, new GranularityOptions());

    private static ulong Walk(GranulePlan plan, int memory)
    {
        ulong sum = 0;
        for (ulong offset = 0; offset < Memory; offset += 1 << 20)
        {
            foreach (PartRange range in plan.RangesOf(plan.GranuleOf(memory, offset)))
            {
                sum += range.LengthBytes;
            }
        }

        return sum;
    }
}
