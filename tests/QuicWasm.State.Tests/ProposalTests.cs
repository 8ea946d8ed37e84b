using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.State.Tests;

/// <summary>The programs that every engine must run, proposals beyond 2.0 among them, moved as images at every safe point.</summary>
public sealed class ProposalTests
{
    public static TheoryData<string> Names => Scenario.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_moved_at_any_safe_point_ends_as_one_that_was_never_moved(string name)
    {
        var scenario = Scenario.Named(name);
        using RunningProgram reference = Start(scenario);
        Assert.Equal(ProgramStatus.Completed, reference.Run());
        for (long safePoint = 1; ; safePoint++)
        {
            using RunningProgram program = Start(scenario);
            program.Context.Interruption.RequestAfter(safePoint);
            if (program.Run().Outcome == ProgramOutcome.Completed)
            {
                Assert.True(safePoint > 2, "the program has no safe points");
                return;
            }

            using FrozenImage image = ProgramCapture.Capture(program);
            using RunningProgram moved = safePoint % 2 == 0 ? ImageTransfer.Restore(image, NewConfigure()) : RestoreLazily(image);
            Assert.Equal(ProgramStatus.Completed, moved.Run());
            StoreComparison.AssertSame(reference.Context, moved.Context);
            Assert.Equal(reference.LastResults.ToArray(), moved.LastResults.ToArray());
        }
    }

    private static RunningProgram RestoreLazily(FrozenImage image)
    {
        using var restore = ProgramRestore.Begin(image.Layout, NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImageTransfer.Copy(image, restore, p => p.Kind == PartKind.Memory);
        return restore.CompleteLazily(new RecordingFetcher(image, restore));
    }

    private static RunningProgram Start(Scenario scenario)
    {
        var context = new RuntimeContext(NewConfigure());
        ModuleInstance instance = scenario.Instantiate(context);
        return new RunningProgram(context, new PendingCall(instance.Function(scenario.Export).Address, scenario.Arguments));
    }

    private static Configure NewConfigure() => new()
    {
        Engine = context => new InterpreterEngine(context),
        HostModules = [_ => new FakeHostModule("host").With("add", Add)],
    };

    private static HostOutcome Add(in HostCall call)
    {
        call.Results[0] = (uint)(call.Arguments[0] + call.Arguments[1]);
        return HostOutcome.Completed;
    }
}
