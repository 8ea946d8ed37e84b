using System.Diagnostics;

namespace QuicWasm.Native.Tests;

public sealed class PollingTests
{
    public PollingTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "poll(2) is not on Windows");

    [Fact]
    public void A_wake_pipe_is_readable_from_signal_to_drain()
    {
        using var pipe = new WakePipe();
        Assert.Equal(PollEvents.None, PollNow(pipe));
        pipe.Signal();
        pipe.Signal();
        Assert.Equal(PollEvents.Readable, PollNow(pipe));
        pipe.Drain();
        pipe.Drain();
        Assert.Equal(PollEvents.None, PollNow(pipe));
        pipe.Signal();
        Assert.Equal(PollEvents.Readable, PollNow(pipe));
    }

    [Fact]
    public void Any_number_of_signals_does_not_block()
    {
        using var pipe = new WakePipe();
        for (var count = 0; count < 200_000; count++)
        {
            pipe.Signal();
        }

        pipe.Drain();
        Assert.Equal(PollEvents.None, PollNow(pipe));
    }

    [Fact(Timeout = 20_000)]
    public async Task Another_thread_ends_an_endless_wait()
    {
        using var pipe = new WakePipe();
        var waiting = Task.Factory.StartNew(
            () => Polling.Poll([new PollEntry(pipe.ReadDescriptor, PollEvents.Readable)], -1),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        pipe.Signal();
        Assert.Equal(1, await waiting);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_wake_is_lost_between_two_threads()
    {
        const int Rounds = 50_000;
        using var pipe = new WakePipe();
        var produced = 0;
        var consumer = Task.Factory.StartNew(
            () =>
            {
                for (var seen = 0; seen < Rounds; seen = Volatile.Read(ref produced))
                {
                    Assert.Equal(1, Polling.Poll([new PollEntry(pipe.ReadDescriptor, PollEvents.Readable)], 30_000));
                    pipe.Drain();
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (var round = 0; round < Rounds; round++)
        {
            Interlocked.Increment(ref produced);
            pipe.Signal();
        }

        await consumer;
    }

    [Fact]
    public void The_time_runs_out()
    {
        using var pipe = new WakePipe();
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, Polling.Poll([new PollEntry(pipe.ReadDescriptor, PollEvents.Readable)], 30));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 25, 10_000);
    }

    [Fact]
    public void A_closed_descriptor_is_reported_and_a_negative_one_passed_over()
    {
        PollEntry[] entries = [new(1_000_000, PollEvents.Readable), new(-1, PollEvents.Readable)];
        Assert.Equal(1, Polling.Poll(entries, 0));
        Assert.Equal(PollEvents.Invalid, entries[0].Returned);
        Assert.Equal(PollEvents.None, entries[1].Returned);
    }

    private static PollEvents PollNow(WakePipe pipe)
    {
        PollEntry[] entries = [new(pipe.ReadDescriptor, PollEvents.Readable)];
        _ = Polling.Poll(entries, 0);
        return entries[0].Returned;
    }
}
