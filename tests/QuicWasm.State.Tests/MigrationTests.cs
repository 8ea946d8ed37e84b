using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>Real computations, moved at every safe point.</summary>
public sealed class MigrationTests
{
    private const int Rounds = 12;

    [Theory]
    [InlineData("main", false)]
    [InlineData("main", true)]
    [InlineData("indirect", false)]
    [InlineData("indirect", true)]
    public void A_program_moved_at_any_safe_point_ends_as_one_that_was_never_moved(string sample, bool isLazy)
    {
        using RunningProgram reference = Start(out Func<FakeHost> unmoved, sample);
        Assert.Equal(ProgramStatus.Completed, reference.Run());

        long moves = 0;
        for (long safePoint = 1; ; safePoint++)
        {
            using RunningProgram program = Start(out _, sample);
            program.Context.Interruption.RequestAfter(safePoint);
            if (program.Run().Outcome == ProgramOutcome.Completed)
            {
                break;
            }

            moves++;
            using FrozenImage image = ProgramCapture.Capture(program);
            Func<FakeHost> host;
            using RunningProgram moved = isLazy
                ? RestoreLazily(image, out _, out host)
                : ImageTransfer.Restore(image, NewConfigure(out host));
            Assert.Equal(ProgramStatus.Completed, moved.Run());
            StoreComparison.AssertSame(reference.Context, moved.Context);
            Assert.Equal(reference.LastResults.ToArray(), moved.LastResults.ToArray());
            Assert.Equal(unmoved().Notes, host().Notes);
        }

        // A loop header and a call entry each round, at least.
        Assert.InRange(moves, 2 * Rounds, 10 * Rounds);
    }

    [Fact]
    public void A_program_moved_through_a_file_at_every_safe_point_in_turn_ends_as_one_that_was_never_moved()
    {
        using RunningProgram reference = Start(out _);
        reference.Run();
        string path = Path.GetTempFileName();
        RunningProgram program = Start(out _);
        try
        {
            int moves = 0;
            for (program.Context.Interruption.RequestAfter(1); program.Run().Outcome == ProgramOutcome.Suspended; moves++)
            {
                using (FrozenImage image = ProgramCapture.Capture(program))
                {
                    ImageFile.Write(image, path);
                }

                using ImageFileSource file = ImageFile.Open(path);
                program = ImageTransfer.Restore(file, NewConfigure(out _));
                // The first safe point may be the one where it stands.
                program.Context.Interruption.RequestAfter(2);
            }

            Assert.True(moves > Rounds, $"only {moves} moves");
            Assert.Equal(Memory(reference), Memory(program));
            Assert.Equal(reference.LastResults.ToArray(), program.LastResults.ToArray());
        }
        finally
        {
            program.Dispose();
            File.Delete(path);
        }
    }

    [Fact]
    public void A_lazily_resumed_program_fetches_what_it_touches_and_ends_alike()
    {
        using RunningProgram reference = Start(out _);
        reference.Run();
        using RunningProgram program = Start(out _);
        program.Context.Interruption.RequestAfter(7);
        program.Run();
        using FrozenImage image = ProgramCapture.Capture(program);
        using RunningProgram moved = RestoreLazily(image, out RecordingFetcher fetcher);

        Assert.Equal(ProgramStatus.Completed, moved.Run());
        Assert.Equal(Memory(reference), Memory(moved));
        Assert.Equal(reference.LastResults.ToArray(), moved.LastResults.ToArray());
        Assert.Contains(fetcher.Fetched, f => f.Kind == PartKind.Function);
        Assert.DoesNotContain(fetcher.Fetched, f => f.Kind is PartKind.Table or PartKind.CustomSections or PartKind.Data);
    }

    [Fact]
    public void A_lazily_resumed_program_traps_when_the_memory_node_is_away()
    {
        using RunningProgram program = Start(out _);
        using FrozenImage image = ProgramCapture.Capture(program);
        using RunningProgram moved = RestoreLazily(image, out RecordingFetcher fetcher);
        fetcher.IsCut = true;
        Assert.Equal(TrapKind.PartUnavailable, Assert.Throws<TrapException>(() => moved.Run()).Kind);
    }

    [Fact]
    public void Code_that_arrives_changed_ends_the_run_and_is_never_executed()
    {
        using RunningProgram program = Start(out _);
        using FrozenImage image = ProgramCapture.Capture(program);
        using var restore = ProgramRestore.Begin(image.Layout, NewConfigure(out _));
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageTransfer.Copy(image, restore, p => p.Kind is PartKind.Memory or PartKind.Global);
        foreach (ImagePart part in image.Layout.Parts.Where(p => p.Kind == PartKind.Function))
        {
            restore.Write(part.Number, 0, new byte[part.LengthBytes]);
        }

        using RunningProgram moved = restore.CompleteLazily(new RecordingFetcher(image, restore));
        Assert.Equal(TrapKind.PartUnavailable, Assert.Throws<TrapException>(() => moved.Run()).Kind);
    }

    private static RunningProgram RestoreLazily(FrozenImage image, out RecordingFetcher fetcher) => RestoreLazily(image, out fetcher, out _);

    private static RunningProgram RestoreLazily(FrozenImage image, out RecordingFetcher fetcher, out Func<FakeHost> host)
    {
        using var restore = ProgramRestore.Begin(image.Layout, NewConfigure(out host));
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageTransfer.Copy(image, restore, p => p.Kind == PartKind.Memory);
        fetcher = new RecordingFetcher(image, restore);
        return restore.CompleteLazily(fetcher);
    }

    private static Configure NewConfigure(out Func<FakeHost> host) =>
        SampleProgram.NewConfigure(out host) with { Engine = context => new InterpreterEngine(context) };

    private static RunningProgram Start(out Func<FakeHost> host, string sample = "main")
    {
        var context = new RuntimeContext(NewConfigure(out host));
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(sample == "main" ? Samples.Main : Samples.Indirect));
        return new RunningProgram(context, new PendingCall(instance.Function("run").Address, [Rounds]));
    }

    private static byte[] Memory(RunningProgram program)
    {
        MemoryInstance memory = program.Context.Store.Memories[0];
        return memory.Span(0, memory.LengthBytes).ToArray();
    }
}
