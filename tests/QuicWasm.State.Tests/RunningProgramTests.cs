using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

public sealed class RunningProgramTests
{
    [Fact]
    public void Calls_are_made_in_order_and_the_last_results_are_kept()
    {
        var sample = new SampleProgram();
        int run = sample.Main.Function("run").Address;
        Assert.Equal(ProgramStatus.Completed, sample.Program.Run());
        Assert.Equal([run, run + 1], sample.Engine.Invoked);
        Assert.Empty(sample.Program.LastResults.ToArray());
        Assert.Throws<InvalidOperationException>(() => sample.Program.Run());
        sample.Program.Dispose();
    }

    [Fact]
    public void An_exit_ends_the_program_with_its_code()
    {
        var sample = new SampleProgram();
        sample.Engine.OnRun = () => throw new ProgramExitException(3);
        Assert.Equal(ProgramStatus.Exited(3), sample.Program.Run());
        Assert.False(sample.Program.HasWork);
        sample.Program.Dispose();
    }

    [Fact]
    public void A_trap_goes_to_the_caller_and_the_program_is_over()
    {
        var sample = new SampleProgram();
        sample.Engine.OnRun = () => throw new TrapException(TrapKind.Unreachable);
        Assert.Throws<TrapException>(() => sample.Program.Run());
        Assert.Throws<InvalidOperationException>(() => ProgramCapture.Capture(sample.Program));
        sample.Program.Dispose();
    }

    [Fact]
    public void A_handled_suspension_is_cleared_and_a_request_made_while_suspended_still_holds()
    {
        var sample = new SampleProgram();
        sample.Engine.Suspensions.Enqueue(sample.MakeStack());
        sample.Program.RequestFreeze();
        Assert.True(sample.Program.Context.Interruption.IsRequested);
        sample.Program.Run();
        Assert.False(sample.Program.Context.Interruption.IsRequested);
        sample.Program.RequestFreeze();
        sample.Engine.OnRun = () => Assert.True(sample.Program.Context.Interruption.IsRequested);
        sample.Program.Run();
        sample.Program.Dispose();
        sample.Program.RequestFreeze();
    }

    [Fact]
    public void A_program_with_nothing_left_to_do_is_not_captured()
    {
        var context = new RuntimeContext(SampleProgram.NewConfigure());
        using var program = new RunningProgram(context);
        Assert.Equal(ImageError.CaptureFailed, Assert.Throws<ImageException>(() => ProgramCapture.Capture(program)).Error);
        Assert.Equal(ProgramStatus.Completed, program.Run());
    }
}
