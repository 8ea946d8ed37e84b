using QuicWasm.Migration;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Every workload, forked in the middle of its work: its children and the parent, which goes on, write what it writes unforked.</summary>
public sealed class ForkedWorkloadTests(MemoryNodes memoryNodes) : IDisposable
{
    private const int Children = 8;

    private readonly Pager _pager = Pagers.New();

    public static TheoryData<string, CopyMode> WorkloadsAndModes()
    {
        var data = new TheoryData<string, CopyMode>();
        foreach (Workload workload in Workload.All)
        {
            data.Add(workload.Name, CopyMode.NoCow);
            data.Add(workload.Name, CopyMode.Cow);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WorkloadsAndModes))]
    public async Task Eight_children_and_their_parent_write_what_the_program_writes_unforked(string name, CopyMode mode)
    {
        Workload workload = Workload.Named(name);
        Prepare(workload, mode);
        using var reference = new WorkloadRun(workload);
        long safePoints = reference.RunUnmoved();
        await ForkAsync(workload, safePoints / 2, mode, nodes: 1, parentGoesOnFirst: mode == CopyMode.Cow);
    }

    [Fact]
    public async Task Children_of_one_image_run_on_two_nodes()
    {
        Workload workload = Workload.Named("kv");
        Prepare(workload, CopyMode.Cow);
        await ForkAsync(workload, 100_000, CopyMode.Cow, nodes: 2, parentGoesOnFirst: false);
    }

    [Fact]
    public async Task A_parent_that_is_forked_again_and_again_leaves_images_of_what_it_was()
    {
        Workload workload = Workload.Named("kv");
        Prepare(workload, CopyMode.NoCow);
        using var reference = new WorkloadRun(workload);
        long step = reference.RunUnmoved() / 8;
        using var run = new WorkloadRun(workload);
        List<(FrozenImage Image, string Written)> images = [];
        run.Program.Context.Interruption.RequestAfter(step);
        while (run.Program.Run().Outcome == ProgramOutcome.Suspended)
        {
            images.Add((ProgramCapture.Fork(run.Program), run.Output));
            run.Program.Context.Interruption.RequestAfter(step);
        }

        Assert.Equal(workload.TestOutput, run.Output);
        Assert.InRange(images.Count, 2, int.MaxValue);
        foreach ((FrozenImage image, string written) in images.Where((_, i) => i % 3 == 0))
        {
            using var child = run.MakeChild(0, written);
            using RunningProgram program = ImageTransfer.Restore(image, child.Configure());
            await ForkedChild.RunAsync(program);
            Assert.Equal(workload.TestOutput, child.Output);
        }

        images.ForEach(static i => i.Image.Dispose());
    }

    public void Dispose() => _pager.Dispose();

    private static void Prepare(Workload workload, CopyMode mode)
    {
        if (mode == CopyMode.Cow)
        {
            Pagers.SkipWithout();
        }

        workload.EnsureBuilt();
    }

    private async Task ForkAsync(Workload workload, long safePoint, CopyMode mode, int nodes, bool parentGoesOnFirst)
    {
        using var run = new WorkloadRun(workload);
        run.Program.Context.Interruption.RequestAfter(safePoint);
        Assert.Equal(ProgramOutcome.Suspended, run.Program.Run().Outcome);
        FrozenImage image = ProgramCapture.Fork(run.Program);
        List<ForkedChild> children = [.. Enumerable.Range(0, Children).Select(i => run.MakeChild(i))];
        using ServedImage served = await memoryNodes.ServeAsync(image, "tcp");
        Task parent = parentGoesOnFirst ? ForkedChild.RunAsync(run.Program) : Task.CompletedTask;
        foreach (ForkedChild[] siblings in children.Chunk(Children / nodes))
        {
            await RunAsync(served, mode, siblings);
        }

        await (parentGoesOnFirst ? parent : ForkedChild.RunAsync(run.Program));
        Assert.Equal(workload.TestOutput, run.Output);
        Assert.All(children, child => Assert.Equal(workload.TestOutput, child.Output));
        children.ForEach(static c => c.Dispose());
    }

    private async Task RunAsync(ServedImage image, CopyMode mode, ForkedChild[] children)
    {
        using SharedTarget target = new();
        MigrationRequest request = new() { Image = image.Id, IsShared = true, Options = new GranularityOptions(4096, mode) };
        await using Migration.Migration migration = await new RunningNode(TransportRegistry.CreateDefault(), new RunningNodeOptions { Pager = _pager })
            .ReceiveAsync(image.Endpoint, request, target, TestContext.Current.CancellationToken);
        List<RunningProgram> programs = [.. children.Select(c => target.NewProgram(c.Configure(), c.Identity))];
        await Task.WhenAll(programs.Select(ForkedChild.RunAsync));
        programs.ForEach(static p => p.Dispose());
        Assert.True(mode == CopyMode.NoCow || migration.Pages is not null);
        await migration.FinishAsync(TestContext.Current.CancellationToken);
    }
}
