using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>What every granularity must keep to.</summary>
public sealed class GranularityConformanceTests
{
    private const int Seeds = 150;

    public static TheoryData<Granularity, CopyMode, bool> Everything()
    {
        TheoryData<Granularity, CopyMode, bool> data = [];
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            data.Add(granularity.Granularity, CopyMode.NoCow, false);
            data.Add(granularity.Granularity, CopyMode.Cow, false);
            data.Add(granularity.Granularity, CopyMode.Cow, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_plan_covers_every_byte_exactly_once(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        ForEachPlan(granularity, mode, eagerMemory, (layout, plan) =>
        {
            bool[][] covered = [.. layout.Parts.Select(p => new bool[p.LengthBytes])];
            for (int granule = 0; granule < plan.GranuleCount; granule++)
            {
                ulong length = 0;
                foreach (PartRange range in plan.RangesOf(granule))
                {
                    Assert.NotEqual(0UL, range.LengthBytes);
                    length += range.LengthBytes;
                    Span<bool> bytes = covered[range.Part].AsSpan((int)range.Offset, (int)range.LengthBytes);
                    Assert.False(bytes.Contains(true));
                    bytes.Fill(true);
                }

                Assert.NotEqual(0UL, length);
                Assert.Equal(plan.LengthOf(granule), length);
            }

            Assert.DoesNotContain(covered, part => part.Contains(false));
            Assert.Equal(layout.LengthBytes, plan.LengthBytes);
        });
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void GranuleOf_agrees_with_the_ranges(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        ForEachPlan(granularity, mode, eagerMemory, (layout, plan) =>
        {
            for (int granule = 0; granule < plan.GranuleCount; granule++)
            {
                foreach (PartRange range in plan.RangesOf(granule))
                {
                    Assert.Equal(granule, plan.GranuleOf(range.Part, range.Offset));
                    Assert.Equal(granule, plan.GranuleOf(range.Part, range.Offset + range.LengthBytes - 1));
                    Assert.Equal(new GranuleRun(granule, 1), plan.GranulesOf(range.Part, range.Offset, range.LengthBytes));
                }
            }

            foreach (ImagePart part in layout.Parts.Where(p => p.LengthBytes > 0))
            {
                GranuleRun run = plan.GranulesOf(part.Number, 0, part.LengthBytes);
                Assert.Equal(plan.GranuleOf(part.Number, 0), run.First);
                Assert.Equal(plan.GranuleOf(part.Number, part.LengthBytes - 1), run.End - 1);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void The_set_before_resume_is_sufficient(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        ForEachPlan(granularity, mode, eagerMemory, (layout, plan) =>
        {
            foreach (ImagePart part in layout.Parts.Where(p => p.LengthBytes > 0))
            {
                bool wanted = mode == CopyMode.NoCow || granularity == Granularity.WholeBinary || part.IsSkeleton
                    || (eagerMemory && part.Kind == PartKind.Memory);
                GranuleRun run = plan.GranulesOf(part.Number, 0, part.LengthBytes);
                Assert.Equal(wanted, run.End <= plan.RequiredCount);
                Assert.Equal(part.IsSkeleton, plan.IsSkeleton(part.Number));
            }

            Assert.Equal(layout.Parts.Where(p => p.IsSkeleton).Aggregate(0UL, (sum, p) => sum + p.LengthBytes), plan.SkeletonBytes);
        });
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Some_bytes_of_a_granule_are_that_slice_of_its_ranges(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        ForEachPlan(granularity, mode, eagerMemory, (layout, plan) =>
        {
            for (int granule = 0; granule < plan.GranuleCount; granule += 7)
            {
                List<PartRange> pieces = [];
                ulong step = Math.Max(1, plan.LengthOf(granule) / 3);
                for (ulong offset = 0; offset < plan.LengthOf(granule); offset += step)
                {
                    foreach (PartRange range in plan.RangesOf(granule, offset, Math.Min(step, plan.LengthOf(granule) - offset)))
                    {
                        Append(pieces, range);
                    }
                }

                List<PartRange> whole = [];
                foreach (PartRange range in plan.RangesOf(granule))
                {
                    Append(whole, range);
                }

                Assert.Equal(whole, pieces);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void The_same_layout_gives_the_same_plan(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        GranularityOptions options = new(4096, mode, eagerMemory);
        ForEachPlan(granularity, mode, eagerMemory, (layout, plan) =>
        {
            GranulePlan again = CopyGranularity.Of(granularity).Plan(layout with { Parts = [.. layout.Parts] }, options);
            Assert.Equal(plan.GranuleCount, again.GranuleCount);
            Assert.Equal(plan.RequiredCount, again.RequiredCount);
            for (int granule = 0; granule < plan.GranuleCount; granule++)
            {
                PartRangeSequence.Enumerator other = again.RangesOf(granule).GetEnumerator();
                foreach (PartRange range in plan.RangesOf(granule))
                {
                    Assert.True(other.MoveNext());
                    Assert.Equal(range, other.Current);
                }

                Assert.False(other.MoveNext());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Ranges_outside_are_refused(Granularity granularity, CopyMode mode, bool eagerMemory)
    {
        ImageLayout layout = RandomLayouts.Program(3, 65536);
        GranulePlan plan = CopyGranularity.Of(granularity).Plan(layout, new GranularityOptions(4096, mode, eagerMemory));
        int memory = layout.Parts.Single(p => p.Kind == PartKind.Memory).Number;
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.GranuleOf(memory, 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.GranulesOf(memory, 1, ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.GranuleOf(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.GranuleOf(layout.Parts.Length, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.LengthOf(plan.GranuleCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.RangesOf(0, 1, plan.LengthOf(0)));
        Assert.Equal(0, plan.GranulesOf(memory, 65536, 0).Count);
    }

    private static void Append(List<PartRange> ranges, PartRange range)
    {
        if (ranges.Count > 0 && ranges[^1].Part == range.Part && ranges[^1].Offset + ranges[^1].LengthBytes == range.Offset)
        {
            ranges[^1] = ranges[^1] with { LengthBytes = ranges[^1].LengthBytes + range.LengthBytes };
        }
        else
        {
            ranges.Add(range);
        }
    }

    private static void ForEachPlan(Granularity granularity, CopyMode mode, bool eagerMemory, Action<ImageLayout, GranulePlan> check)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            ImageLayout layout = RandomLayouts.Make(seed);
            check(layout, CopyGranularity.Of(granularity).Plan(layout, new GranularityOptions(4096, mode, eagerMemory)));
        }
    }
}
