using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

public sealed class LazyRestoreTests
{
    [Fact]
    public void Everything_is_fetched_at_the_first_touch_and_is_what_it_was()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = Restore(image, out RecordingFetcher fetcher);
        int before = fetcher.Fetched.Count;
        StoreComparison.AssertSame(sample.Program.Context, program.Context);
        Assert.Equal(
            [PartKind.Table, PartKind.Global, PartKind.Element, PartKind.Data],
            fetcher.Fetched.Skip(before).Select(f => f.Kind).Distinct().Order());
        int after = fetcher.Fetched.Count;
        StoreComparison.AssertSame(sample.Program.Context, program.Context);
        Assert.Equal(after, fetcher.Fetched.Count);
    }

    [Fact]
    public void Only_the_code_that_the_stack_needs_is_fetched_before_the_first_instruction()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = Restore(image, out RecordingFetcher fetcher);
        Assert.Equal([PartKind.Function, PartKind.Function], fetcher.Fetched.Select(f => f.Kind));
    }

    [Fact]
    public void A_table_is_fetched_by_the_range_that_is_read_and_not_at_all_where_it_is_written()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = Restore(image, out RecordingFetcher fetcher);
        fetcher.Fetched.Clear();
        TableInstance table = program.Context.Store.Tables[0];

        table.Set(2, Reference.Null);
        table.Fill(4, Reference.OfFunction(1), 1);
        Assert.Empty(fetcher.Fetched);
        Assert.Equal(sample.Main.Table("table").Get(1), table.Get(1));
        Assert.Equal([(PartKind.Table, 8UL, 8UL)], fetcher.Fetched);
        Assert.Equal(Reference.Null, table.Get(2));
        Assert.Single(fetcher.Fetched);
        table.CopyFrom(table, 0, 4, 4);
        Assert.Equal([(PartKind.Table, 8UL, 8UL), (PartKind.Table, 0UL, 8UL), (PartKind.Table, 16UL, 16UL)], fetcher.Fetched);
    }

    [Fact]
    public void What_the_program_writes_to_an_absent_table_is_not_overwritten_when_the_rest_arrives()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = RestorePrefetched(image);
        TableInstance table = program.Context.Store.Tables[0];
        table.Set(1, Reference.Null);
        table.EnsureAllPresent();
        Assert.Equal(Reference.Null, table.Get(1));
        Assert.Equal(sample.Main.Table("table").Get(2), table.Get(2));
    }

    [Fact]
    public void What_arrived_before_the_first_touch_is_not_fetched_again()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = RestorePrefetched(image);
        StoreComparison.AssertSame(sample.Program.Context, program.Context);
    }

    [Fact]
    public void A_lazily_resumed_program_is_captured_whole()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = Restore(image, out RecordingFetcher fetcher);
        using FrozenImage again = ProgramCapture.Capture(program);
        Assert.Equal(image.Layout.Parts, again.Layout.Parts);
        Assert.Contains(fetcher.Fetched, f => f.Kind == PartKind.DataSection);
        using RunningProgram last = ImageTransfer.Restore(again, SampleProgram.NewConfigure());
        StoreComparison.AssertSame(sample.Program.Context, last.Context);
    }

    [Fact]
    public void A_capture_whose_missing_parts_cannot_be_had_leaves_the_program_able_to_run()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram program = Restore(image, out RecordingFetcher fetcher);
        fetcher.IsCut = true;
        Assert.Equal(ImageError.Unavailable, Assert.Throws<ImageException>(() => ProgramCapture.Capture(program)).Error);
        Assert.Equal(ProgramStatus.Completed, program.Run());
    }

    [Fact]
    public void Memory_that_is_not_complete_is_refused()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageException error = Assert.Throws<ImageException>(() => restore.CompleteLazily(new RecordingFetcher(image, restore)));
        Assert.Equal(ImageError.Unavailable, error.Error);
        Assert.Contains("fetched lazily", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_that_is_complete_after_its_program_has_gone_is_no_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files are Linux's");
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        using var pager = new FollowedPager(image.Layout);

        restore.CompleteLazily(new RecordingFetcher(image, restore), pager).Dispose();

        Assert.NotEmpty(pager.Unmapped);
        Assert.All(pager.Mapped, part => pager.Complete(part));
    }

    /// <summary>Brings no page; a test says when a memory is complete.</summary>
    private sealed class FollowedPager(ImageLayout layout) : IMemoryPager, IDisposable
    {
        private readonly Dictionary<int, MemoryFile> _files = [];

        public List<int> Mapped { get; } = [];

        public List<nint> Unmapped { get; } = [];

        public Action<int> Complete { get; private set; } = static _ => { };

        public string? Loss => null;

        public bool GivesFiles => true;

        public MemoryFile FileOf(int part)
        {
            if (!_files.TryGetValue(part, out MemoryFile? file))
            {
                _files.Add(part, file = MemoryFile.Create("quicwasm-test", layout.Parts[part].LengthBytes));
            }

            return file;
        }

        public void Map(int part, nint address) => Mapped.Add(part);

        public void Unmap(nint address) => Unmapped.Add(address);

        public void Follow(Action<int> complete, Action lost) => Complete = complete;

        public void Dispose()
        {
            foreach (MemoryFile file in _files.Values)
            {
                file.Dispose();
            }
        }
    }

    private static RunningProgram Restore(FrozenImage image, out RecordingFetcher fetcher)
    {
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageTransfer.Copy(image, restore, p => p.Kind == PartKind.Memory);
        fetcher = new RecordingFetcher(image, restore);
        return restore.CompleteLazily(fetcher);
    }

    private static RunningProgram RestorePrefetched(FrozenImage image)
    {
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageTransfer.Copy(image, restore, p => p.Kind is PartKind.Memory or PartKind.Function);
        RunningProgram program = restore.CompleteLazily(new RecordingFetcher(image, restore) { IsCut = true });
        ImageTransfer.Copy(image, restore, p => !p.IsSkeleton && p.Kind is not (PartKind.Memory or PartKind.Function));
        return program;
    }
}
