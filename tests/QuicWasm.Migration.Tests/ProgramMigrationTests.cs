using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>Real programs: frozen in the middle of their work, moved, and finished as if nothing had been.</summary>
public sealed class ProgramMigrationTests
{
    private const uint Count = 30_000;

    public static TheoryData<Granularity, CopyMode, string> Everything()
    {
        TheoryData<Granularity, CopyMode, string> data = [];
        foreach (ICopyGranularity granularity in CopyGranularity.All)
        {
            data.Add(granularity.Granularity, CopyMode.NoCow, "tcp");
            data.Add(granularity.Granularity, CopyMode.Cow, "tcp");
            data.Add(granularity.Granularity, CopyMode.Cow, "loopback");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_program_that_moves_ends_as_one_that_stays(Granularity granularity, CopyMode mode, string transport)
    {
        await using Nodes nodes = await Nodes.StartAsync(transport);
        foreach (long safePoint in new long[] { 1, 2, 1000, 33_333 })
        {
            RunningProgram program = CountingProgram.Make(Count);
            program.Context.Interruption.RequestAfter(safePoint);
            Assert.Equal(ProgramStatus.Suspended, program.Run());
            Guid id = nodes.Memory.Add(ProgramCapture.Capture(program), "counting");
            MigrationRequest request = new() { Image = id, Granularity = granularity, Options = new(4096, mode, EagerMemory: true), Streams = 2 };
            await using MigratedProgram migrated = await nodes.Running().ResumeAsync(nodes.Endpoint, request, CountingProgram.Configure, Nodes.Cancellation);
            migrated.Migration.Report.MarkFirstInstruction();
            await Task.Run(() => CountingProgram.AssertEndsRight(migrated.Program, Count), Nodes.Cancellation);
            await migrated.Migration.FinishAsync(Nodes.Cancellation);
        }

        Assert.Empty(nodes.Memory.Images);
    }

    [Fact]
    public async Task A_running_program_is_frozen_by_a_peer_and_goes_on_there()
    {
        await using Nodes nodes = await Nodes.StartAsync("tcp");
        RunningProgram program = CountingProgram.Make(400_000_000);
        HostedProgram hosted = new(program, "counting");
        nodes.Memory.Add(hosted);
        Task<ProgramStatus> run = hosted.RunAsync();
        await using NodeClient client = await nodes.ClientAsync();
        Assert.Equal(hosted.Id, Assert.Single((await client.GetStatusAsync(Nodes.Cancellation)).Programs).Id);
        Guid[] images = await Task.WhenAll(client.FreezeAsync(Guid.Empty, Nodes.Cancellation), nodes.Memory.FreezeAsync(hosted.Id, Nodes.Cancellation));
        Assert.Equal(images[0], images[1]);
        Assert.Equal(ProgramOutcome.Suspended, (await run).Outcome);
        Assert.Equal(images[0], Assert.Single(await client.ListImagesAsync(Nodes.Cancellation)).Id);
        await using MigratedProgram migrated = await nodes.Running().ResumeAsync(
            nodes.Endpoint, new MigrationRequest { Image = images[0] }, CountingProgram.Configure, Nodes.Cancellation);
        migrated.Program.Context.Interruption.RequestAfter(10_000);
        Assert.Equal(ProgramStatus.Suspended, migrated.Program.Run());
        await migrated.Migration.FinishAsync(Nodes.Cancellation);
    }

    [Fact]
    public async Task A_program_that_is_frozen_before_it_runs_is_its_images_and_its_run_says_so()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        HostedProgram hosted = new(CountingProgram.Make(Count), "counting");
        nodes.Memory.Add(hosted);
        Guid image = await nodes.Memory.FreezeAsync(hosted.Id, Nodes.Cancellation);

        Assert.Equal(ProgramStatus.Suspended, await hosted.RunAsync());

        await using MigratedProgram migrated = await nodes.Running().ResumeAsync(
            nodes.Endpoint, new MigrationRequest { Image = image }, CountingProgram.Configure, Nodes.Cancellation);
        await migrated.Migration.FinishAsync(Nodes.Cancellation);
        await nodes.Memory.WhenGoneAsync(image, Nodes.Cancellation);
        CountingProgram.AssertEndsRight(migrated.Program, Count);
    }

    [Fact]
    public async Task A_program_that_nobody_took_goes_on_where_it_was()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        RunningProgram program = CountingProgram.Make(Count);
        HostedProgram hosted = new(program, "counting");
        nodes.Memory.Add(hosted);
        program.Context.Interruption.RequestAfter(500);
        Assert.Equal(ProgramStatus.Suspended, program.Run());
        Guid id = await nodes.Memory.FreezeAsync(hosted.Id, Nodes.Cancellation);
        FrozenImage image = Assert.IsType<FrozenImage>(await nodes.Memory.WithdrawAsync(id));
        using RunningProgram again = image.Thaw();
        CountingProgram.AssertEndsRight(again, Count);
    }

    [Fact]
    public async Task A_program_that_has_ended_cannot_be_frozen()
    {
        await using Nodes nodes = await Nodes.StartAsync();
        using RunningProgram program = CountingProgram.Make(10);
        HostedProgram hosted = new(program, "counting");
        nodes.Memory.Add(hosted);
        Assert.Equal(ProgramStatus.Completed, await hosted.RunAsync());
        await using NodeClient client = await nodes.ClientAsync();
        MigrationException error = await Nodes.FailsAsync(() => client.FreezeAsync(hosted.Id, Nodes.Cancellation));
        Assert.Equal(MigrationError.FreezeFailed, error.Error);
        Assert.Contains("has ended", error.Message, StringComparison.Ordinal);
        Assert.True(nodes.Memory.Remove(hosted.Id));
    }

    [Fact]
    public async Task An_image_file_is_served_like_a_frozen_program()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.image");
        try
        {
            RunningProgram program = CountingProgram.Make(Count);
            program.Context.Interruption.RequestAfter(777);
            Assert.Equal(ProgramStatus.Suspended, program.Run());
            using (FrozenImage frozen = ProgramCapture.Capture(program))
            {
                ImageFile.Write(frozen, path);
            }

            await using Nodes nodes = await Nodes.StartAsync();
            nodes.Memory.Add(ImageFile.Open(path), "from a file");
            await using MigratedProgram migrated = await nodes.Running().ResumeAsync(
                nodes.Endpoint, new MigrationRequest(), CountingProgram.Configure, Nodes.Cancellation);
            CountingProgram.AssertEndsRight(migrated.Program, Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_program_whose_beginning_fails_is_over_and_who_would_freeze_it_is_told()
    {
        HostedProgram hosted = new(CountingProgram.Make(Count), "counting") { Begins = () => throw new InvalidOperationException("no beginning") };
        Assert.Equal("no beginning", (await Assert.ThrowsAsync<InvalidOperationException>(hosted.RunAsync)).Message);

        MigrationException error = await Assert.ThrowsAsync<MigrationException>(() => hosted.FreezeAsync(isFlat: false, Nodes.Cancellation));
        Assert.Equal(MigrationError.FreezeFailed, error.Error);
    }
}
