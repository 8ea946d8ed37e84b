namespace QuicWasm.Wasi.Tests;

public sealed class InterruptionTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_read_that_waits_gives_way_and_loses_nothing()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdin = pipe.ReadEnd });
        for (int round = 0; round < 200; round++)
        {
            Task asking = Request(harness);
            Assert.Equal(Errno.Interrupted, harness.Read(0, 10, out _));
            await asking;
            harness.Interruption.Clear();
        }

        pipe.Write("all");
        Assert.Equal("all", harness.MustRead(0));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sleep_gives_way()
    {
        using var harness = new Harness(Harness.Quiet);
        harness.SetU32(1024 + 16, 1);
        harness.SetU64(1024 + 24, 3_600_000_000_000);
        for (int round = 0; round < 200; round++)
        {
            Task asking = Request(harness);
            Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", 1024, 2048, 1, 64));
            await asking;
            harness.Interruption.Clear();
        }

        Assert.InRange(SavedState.Read(harness.Module.CaptureState()).PendingWait!.RemainingNs[0], 3_000_000_000_000UL, 3_599_999_999_999UL);
    }

    [Fact]
    public void What_is_there_is_read_even_when_a_suspension_is_asked_for()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdin = pipe.ReadEnd });
        pipe.Write("there");
        harness.Interruption.Request();
        Assert.Equal("there", harness.MustRead(0));
        Assert.Equal(Errno.Interrupted, harness.Read(0, 10, out _));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_read_waits_for_what_comes()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdin = pipe.ReadEnd });
        Task<string> reading = Task.Factory.StartNew(
            () => harness.MustRead(0), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        pipe.Write("x");
        Assert.Equal("x", await reading);
    }

    [Fact]
    public void A_write_to_a_full_pipe_gives_way()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdout = pipe.WriteEnd });
        harness.Interruption.Request();
        string large = new('x', 100_000);
        Assert.Equal(Errno.Success, harness.Write(1, large, out uint done));
        Assert.InRange(done, 4096u, 99_999u);
        Assert.Equal(Errno.Interrupted, harness.Write(1, "more", out uint _));
        Assert.Equal(large[..(int)done], pipe.Read((int)done));
        harness.MustWrite(1, "more");
        Assert.Equal("more", pipe.Read(4));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_large_write_to_a_pipe_is_whole()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdout = pipe.WriteEnd });
        string large = string.Concat(Enumerable.Range(0, 30_000).Select(static i => $"{i:000000}"));
        uint vectors = harness.Vectors(harness.Put(large[..5]), harness.Put(large[5..5000]), harness.Put(large[5000..180_000]));
        Task<string> reading = Task.Run(() => pipe.Read(180_000), TestContext.Current.CancellationToken);
        Assert.Equal(Errno.Success, harness.Call("fd_write", 1, vectors, 3, 64));
        Assert.Equal(180_000u, harness.U32(64));
        Assert.Equal(large, await reading);
    }

    [Fact]
    public void Writes_to_nobody_and_non_blocking_ones_are_errors()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdin = pipe.ReadEnd, Stdout = pipe.WriteEnd });
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", 0, (ulong)FdFlags.NonBlocking));
        Assert.Equal(Errno.Again, harness.Read(0, 10, out _));
        Assert.Equal(Errno.Success, harness.Call("fd_fdstat_set_flags", 1, (ulong)FdFlags.NonBlocking));
        Assert.Equal(Errno.Success, harness.Write(1, new string('x', 100_000), out uint done));
        Assert.InRange(done, 4096u, 99_999u);
        Assert.Equal(Errno.Again, harness.Write(1, "x", out _));
        pipe.CloseReader();
        Assert.Equal(Errno.Pipe, harness.Write(1, "x", out _));
    }

    [Fact]
    public void Standard_output_is_the_destinations_after_a_move()
    {
        using var here = new HostPipe();
        using var there = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdout = here.WriteEnd });
        harness.MustWrite(1, "here");
        using var moved = new Harness(Harness.Quiet with { Stdout = there.WriteEnd }, harness.Module.CaptureState());
        moved.MustWrite(1, "there");
        Assert.Equal(("here", "there"), (here.Read(4), there.Read(5)));
    }

    private static Task Request(Harness harness) => Task.Factory.StartNew(
        harness.Interruption.Request, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
