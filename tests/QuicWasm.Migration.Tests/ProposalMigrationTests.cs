using QuicWasm.Interpreter;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Testing;

namespace QuicWasm.Migration.Tests;

/// <summary>Programs with typed references, wide memories and tables, and exceptions that are alive, in every granularity and mode.</summary>
public sealed class ProposalMigrationTests
{
    public static TheoryData<string, Granularity, CopyMode> Everything()
    {
        TheoryData<string, Granularity, CopyMode> data = [];
        foreach (string scenario in new[]
        {
            "typed references in locals, globals and tables",
            "a memory and a table of 64-bit addresses",
            "exceptions of every kind, kept and thrown again",
        })
        {
            foreach (ICopyGranularity granularity in CopyGranularity.All)
            {
                data.Add(scenario, granularity.Granularity, CopyMode.NoCow);
                data.Add(scenario, granularity.Granularity, CopyMode.Cow);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_program_that_moves_ends_as_one_that_stays(string scenario, Granularity granularity, CopyMode mode)
    {
        using RunningProgram reference = Start(scenario);
        Assert.Equal(ProgramStatus.Completed, reference.Run());
        await using Nodes nodes = await Nodes.StartAsync("loopback");
        foreach (long safePoint in new long[] { 2, 5, 8 })
        {
            RunningProgram program = Start(scenario);
            program.Context.Interruption.RequestAfter(safePoint);
            Assert.Equal(ProgramStatus.Suspended, program.Run());
            Guid id = nodes.Memory.Add(ProgramCapture.Capture(program), scenario);
            MigrationRequest request = new() { Image = id, Granularity = granularity, Options = new(4096, mode, EagerMemory: true), Streams = 2 };
            await using MigratedProgram migrated = await nodes.Running().ResumeAsync(nodes.Endpoint, request, NewConfigure(), Nodes.Cancellation);
            migrated.Migration.Report.MarkFirstInstruction();
            await Task.Run(() => Assert.Equal(ProgramStatus.Completed, migrated.Program.Run()), Nodes.Cancellation);
            Assert.Equal(reference.LastResults.ToArray(), migrated.Program.LastResults.ToArray());
            Assert.Equal(reference.Context.Store.Exceptions.LastReference, migrated.Program.Context.Store.Exceptions.LastReference);
            await migrated.Migration.FinishAsync(Nodes.Cancellation);
        }

        Assert.Empty(nodes.Memory.Images);
    }

    private static RunningProgram Start(string name)
    {
        var scenario = Scenario.Named(name);
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
