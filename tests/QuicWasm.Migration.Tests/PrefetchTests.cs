using System.Collections.Immutable;

namespace QuicWasm.Migration.Tests;

/// <summary>What comes ahead of its first touch: which policies there are, what is foreseen, and in which order it is asked for.</summary>
public sealed class PrefetchTests
{
    private static readonly GranulePlan Plan = CopyGranularity.Of(Granularity.Page)
        .Plan(RandomLayouts.Program(10, 4 << 20), new GranularityOptions(Mode: CopyMode.Cow));

    [Theory]
    [InlineData("none", Prefetch.None)]
    [InlineData("read-ahead", Prefetch.ReadAhead)]
    [InlineData("stack+recorded+push", Prefetch.Stack | Prefetch.Recorded | Prefetch.Push)]
    public void Policies_have_names(string text, Prefetch policies)
    {
        Assert.Equal(policies, PrefetchNames.Parse(text));
        Assert.Equal(text, PrefetchNames.Format(policies));
    }

    [Theory]
    [InlineData("")]
    [InlineData("stack+none")]
    [InlineData("everything")]
    public void Other_names_are_refused(string text) =>
        Assert.Equal(MigrationError.InvalidOption, Assert.Throws<MigrationException>(() => PrefetchNames.Parse(text)).Error);

    [Fact]
    public void Where_everything_comes_first_nothing_comes_ahead()
    {
        Refuses(new MigrationRequest { Prefetch = Prefetch.Push });
        Refuses(new MigrationRequest { RecordTime = TimeSpan.FromSeconds(1) });
        Refuses(new MigrationRequest { Prefetch = Prefetch.Stack, Options = new GranularityOptions(Mode: CopyMode.Cow, EagerMemory: true) });
        new MigrationRequest { Prefetch = Prefetch.Push, Options = new GranularityOptions(Mode: CopyMode.Cow, EagerMemory: true) }.Validate();
        new MigrationRequest { Prefetch = PrefetchNames.All, Options = new GranularityOptions(Mode: CopyMode.Cow) }.Validate();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(7)]
    public void Touches_at_one_distance_are_foreseen_further_each_time(int distance)
    {
        ReadAhead ahead = new();
        int granule = 100_000;
        HashSet<int> foreseen = [];
        int touches = 0;
        for (int i = 0; i < 2000; i++, granule += distance)
        {
            if (foreseen.Contains(granule))
            {
                continue;
            }

            touches++;
            (int first, int step, int count) = ahead.Touched(granule);
            for (int k = 0; k < count; k++)
            {
                Assert.True(foreseen.Add(first + (k * step)));
            }
        }

        Assert.InRange(touches, 1, 2000 / 32);
    }

    [Fact]
    public void Touches_here_and_there_foresee_little()
    {
        ReadAhead ahead = new();
        Random random = new(1);
        Assert.InRange(Enumerable.Range(0, 1000).Sum(_ => ahead.Touched(random.Next(1_000_000)).Count), 0, 100);
    }

    [Fact]
    public void A_touch_out_of_the_row_closes_the_window()
    {
        ReadAhead ahead = new();
        ahead.Touched(1);
        Assert.True(ahead.Touched(2).Count > 0);
        Assert.Equal(0, ahead.Touched(5000).Count);
    }

    [Fact]
    public void What_is_demanded_does_not_wait_for_what_comes_ahead()
    {
        GranuleQueue queue = new(Plan, Plan.RequiredCount);
        queue.WantLater(new GranuleRun(0, Plan.GranuleCount));
        Assert.True(queue.TryNextAhead(ulong.MaxValue, out GranuleRun ahead, out ulong bytes));
        Assert.InRange(bytes, 1UL, 64UL << 10);
        queue.Demand(new GranuleRun(ahead.End + 500, 1));
        Assert.True(queue.TryNextDemanded(out GranuleRun demanded, out _));
        Assert.Equal(new GranuleRun(ahead.End + 500, 1), demanded);
        Assert.False(queue.TryNextAhead(bytes, out _, out _));
    }

    [Fact]
    public void What_is_wanted_soon_comes_before_the_rest_and_each_granule_once()
    {
        GranuleQueue queue = new(Plan, Plan.RequiredCount);
        HashSet<int> asked = [];
        queue.WantLater(new GranuleRun(0, Plan.GranuleCount));
        queue.Want(new GranuleRun(700, 3));
        Assert.True(queue.TryNextAhead(ulong.MaxValue, out GranuleRun run, out _));
        Assert.Equal(new GranuleRun(700, 3), run);
        do
        {
            for (int granule = run.First; granule < run.End; granule++)
            {
                Assert.True(asked.Add(granule));
                queue.Arrived(granule, isAhead: true);
            }
        }
        while (queue.TryNextAhead(ulong.MaxValue, out run, out _));
        Assert.True(queue.IsComplete);
        Assert.Equal(Plan.GranuleCount - Plan.RequiredCount, asked.Count);
    }

    [Fact]
    public void After_a_lost_connection_what_was_under_way_is_asked_for_again_and_nothing_else()
    {
        GranuleQueue queue = new(Plan, Plan.RequiredCount);
        queue.Demand(new GranuleRun(500, 4));
        Assert.True(queue.TryNextDemanded(out GranuleRun run, out _));
        queue.Arrived(500, isAhead: false);
        queue.AskAgain([run], []);
        Assert.True(queue.TryNextDemanded(out run, out _));
        Assert.Equal(new GranuleRun(501, 3), run);
    }

    [Fact]
    public void A_set_of_granules_is_told_in_as_few_ranges_as_are_allowed()
    {
        GranuleSet set = new(Plan);
        for (int granule = 300; granule < 400; granule += 2)
        {
            set.Add(granule);
        }

        Assert.Equal(50, set.Ranges().Length);
        ImmutableArray<PartRange> few = set.Ranges(10);
        Assert.InRange(few.Length, 1, 10);
        foreach (PartRange range in set.Ranges())
        {
            Assert.Contains(few, f => f.Part == range.Part && f.Offset <= range.Offset && range.Offset + range.LengthBytes <= f.Offset + f.LengthBytes);
        }
    }

    [Fact]
    public void A_working_set_comes_back_from_its_file_and_of_another_image_is_refused()
    {
        string folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
        try
        {
            string file = Path.Combine(folder, "image");
            var image = Guid.NewGuid();
            Assert.Empty(WorkingSetFile.Read(file, image));
            ImmutableArray<PartRange> ranges = [new PartRange(3, 1UL << 40, 4096), new PartRange(0, 0, 1)];
            WorkingSetFile.Write(file, image, ranges);
            Assert.Equal(ranges, WorkingSetFile.Read(file, image));
            Assert.Throws<MigrationException>(() => WorkingSetFile.Read(file, Guid.NewGuid()));
            byte[] bytes = File.ReadAllBytes(WorkingSetFile.Of(file));
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= 1;
                File.WriteAllBytes(WorkingSetFile.Of(file), bytes);
                Assert.Throws<MigrationException>(() => WorkingSetFile.Read(file, image));
                bytes[i] ^= 1;
                File.WriteAllBytes(WorkingSetFile.Of(file), bytes[..i]);
                Assert.Throws<MigrationException>(() => WorkingSetFile.Read(file, image));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Refuses(MigrationRequest request) =>
        Assert.Equal(MigrationError.InvalidOption, Assert.Throws<MigrationException>(request.Validate).Error);
}
