using System.Buffers.Binary;
using System.Diagnostics;

namespace QuicWasm.Wasi.Tests;

public sealed class PollTests
{
    private const uint Input = 1024, Output = 2048;
    private const ulong Millisecond = 1_000_000, Second = 1000 * Millisecond;

    [Fact]
    public void A_relative_time_passes()
    {
        using var harness = new Harness(Harness.Quiet);
        Clock(harness, 0, 7, 30 * Millisecond);
        long started = Stopwatch.GetTimestamp();
        Assert.Equal([new Event(7, Errno.Success, 0, 0, 0)], Poll(harness, 1));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 29.9, 20_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_absolute_time_that_is_past_comes_at_once(uint clock)
    {
        var time = new ManualTime(0);
        using var harness = new Harness(Harness.Quiet with { Clock = time });
        time.Advance(5000);
        Clock(harness, 0, 1, 5000, clock, isAbsolute: true);
        Clock(harness, 1, 2, 6000, clock, isAbsolute: true);
        Assert.Equal([new Event(1, Errno.Success, 0, 0, 0)], Poll(harness, 2));
    }

    [Fact]
    public void Of_several_only_those_that_happened_are_reported()
    {
        using var full = new HostPipe();
        using var empty = new HostPipe();
        using var output = new HostPipe();
        full.Write("abc");
        using var harness = new Harness(new WasiOptions { Stdin = full.ReadEnd, Stdout = output.WriteEnd, Stderr = empty.ReadEnd });
        Clock(harness, 0, 1, 100 * Second);
        Descriptor(harness, 1, 2, 1, 0);
        Descriptor(harness, 2, 3, 1, 2);
        Descriptor(harness, 3, 4, 2, 1);
        Descriptor(harness, 4, 5, 1, 99);
        Assert.Equal(
            [new Event(2, Errno.Success, 1, 3, 0), new Event(4, Errno.Success, 2, 1, 0), new Event(5, Errno.BadF, 1, 0, 0)], Poll(harness, 5));
    }

    [Fact]
    public void The_end_of_a_pipe_is_a_hangup()
    {
        using var pipe = new HostPipe();
        using var harness = new Harness(Harness.Quiet with { Stdin = pipe.ReadEnd });
        pipe.CloseWriter();
        Descriptor(harness, 0, 9, 1, 0);
        Assert.Equal([new Event(9, Errno.Success, 1, 0, 1)], Poll(harness, 1));
        Assert.Equal("", harness.MustRead(0));
    }

    [Fact]
    public void Files_and_streams_are_always_ready()
    {
        using var folder = new TempFolder();
        folder["f"] = "12345";
        using var harness = new Harness(folder.Options);
        uint file = harness.MustOpen("f");
        _ = harness.MustRead(file, 2);
        Descriptor(harness, 0, 1, 1, file);
        Descriptor(harness, 1, 2, 2, file);
        Descriptor(harness, 2, 3, 1, 0);
        Clock(harness, 3, 4, ulong.MaxValue);
        Assert.Equal(
            [new Event(1, Errno.Success, 1, 3, 0), new Event(2, Errno.Success, 2, 1, 0), new Event(3, Errno.Success, 1, 1, 0)], Poll(harness, 4));
    }

    [Fact]
    public void What_cannot_be_waited_for_is_an_event_with_an_error()
    {
        using var folder = new TempFolder();
        folder["f"] = "12345";
        using var harness = new Harness(folder.Options);
        Assert.Equal(Errno.Success, harness.Open("f", out uint file, rights: Rights.FdRead));
        Clock(harness, 0, 1, 0, 2);
        Clock(harness, 1, 2, 0, 9);
        Descriptor(harness, 2, 3, 1, file);
        Assert.Equal(
            [new Event(1, Errno.NotSup, 0, 0, 0), new Event(2, Errno.Inval, 0, 0, 0), new Event(3, Errno.NotCapable, 1, 0, 0)], Poll(harness, 3));
        Assert.Equal(Errno.Inval, harness.Call("poll_oneoff", Input, Output, 0, 64));
        Assert.Equal(Errno.Inval, harness.Call("poll_oneoff", Input, Output, 100_000, 64));
        Descriptor(harness, 0, 1, 3, 0);
        Assert.Equal(Errno.Inval, harness.Call("poll_oneoff", Input, Output, 1, 64));
    }

    [Fact]
    public void Events_may_lie_over_the_subscriptions()
    {
        using var harness = new Harness(Harness.Quiet);
        Clock(harness, 0, 1, 0);
        Clock(harness, 1, 2, 0);
        Assert.Equal(Errno.Success, harness.Call("poll_oneoff", Input, Input, 2, 64));
        Assert.Equal((2u, 1UL, 2UL), (harness.U32(64), harness.U64(Input), harness.U64(Input + 32)));
    }

    [Fact]
    public void A_poll_that_waits_for_nothing_allocates_nothing()
    {
        using var harness = new Harness(Harness.Quiet);
        Clock(harness, 0, 1, 0);
        var function = harness.Module.Resolve("poll_oneoff", harness.Module.Calls.Type("poll_oneoff"))!;
        ulong[] arguments = [Input, Output, 1, 64], results = new ulong[1];
        function(new Runtime.HostCall(harness.Context, harness.Instance, arguments, results));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            function(new Runtime.HostCall(harness.Context, harness.Instance, arguments, results));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Only_what_is_left_of_a_time_is_waited_for_after_a_move()
    {
        var here = new ManualTime(1 * (long)Second);
        using var harness = new Harness(Harness.Quiet with { Clock = here });
        Clock(harness, 0, 1, 10 * Second);
        harness.Interruption.Request();
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", Input, Output, 1, 64));
        harness.Interruption.Clear();

        // Resumed here, and interrupted again after 4 of the 10 seconds.
        using var asked = new WhileWaiting(here, () => Ask(harness, here, 4 * Second));
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", Input, Output, 1, 64));
        var there = new ManualTime(500 * (long)Second);
        using var moved = new Harness(Harness.Quiet with { Clock = there }, harness.Module.CaptureState());
        Clock(moved, 0, 1, 10 * Second);
        Assert.Equal([6 * Second], SavedState.Read(moved.Module.CaptureState()).PendingWait!.RemainingNs);

        // There, the 6 seconds that are left pass at the second look.
        var passed = new WhileWaiting(there, () => Ask(moved, there, (6 * Second) - 1));
        Assert.Equal(Errno.Interrupted, moved.Call("poll_oneoff", Input, Output, 1, 64));
        Assert.Equal([1UL], SavedState.Read(moved.Module.CaptureState()).PendingWait!.RemainingNs);
        passed.Dispose();
        moved.Interruption.Clear();
        using var end = new WhileWaiting(there, () => there.Advance(1));
        Assert.Equal([new Event(1, Errno.Success, 0, 0, 0)], Poll(moved, 1));
        Assert.Null(SavedState.Read(moved.Module.CaptureState()).PendingWait);
    }

    [Fact]
    public void What_is_left_is_not_used_for_another_wait()
    {
        var time = new ManualTime(0);
        using var harness = new Harness(Harness.Quiet with { Clock = time });
        Clock(harness, 0, 1, 0);
        Clock(harness, 1, 2, 10 * Second);
        harness.Interruption.Request();
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", Input + 48, Output, 1, 64));
        Clock(harness, 0, 1, 20 * Second);
        Assert.Equal(Errno.Interrupted, harness.Call("poll_oneoff", Input, Output, 1, 64));
        Assert.Equal([20 * Second], SavedState.Read(harness.Module.CaptureState()).PendingWait!.RemainingNs);
    }

    private static void Clock(Harness harness, int index, ulong userData, ulong timeout, uint clock = 1, bool isAbsolute = false)
    {
        uint address = Subscribe(harness, index, userData, 0);
        harness.SetU32(address + 16, clock);
        harness.SetU64(address + 24, timeout);
        harness.SetU32(address + 40, isAbsolute ? 1u : 0u);
    }

    private static void Descriptor(Harness harness, int index, ulong userData, byte tag, uint number) =>
        harness.SetU32(Subscribe(harness, index, userData, tag) + 16, number);

    private static uint Subscribe(Harness harness, int index, ulong userData, byte tag)
    {
        uint address = Input + (uint)(48 * index);
        harness.Bytes(address, 48).Clear();
        harness.SetU64(address, userData);
        harness.Bytes(address + 8, 1)[0] = tag;
        return address;
    }

    private static void Ask(Harness harness, ManualTime time, ulong ns)
    {
        time.Advance((long)ns);
        harness.Interruption.Request();
    }

    private static Event[] Poll(Harness harness, uint count)
    {
        Assert.Equal(Errno.Success, harness.Call("poll_oneoff", Input, Output, count, 64));
        return [.. Enumerable.Range(0, (int)harness.U32(64)).Select(i => Event.Read(harness.Bytes(Output + (uint)(32 * i), 32)))];
    }

    private sealed record Event(ulong UserData, Errno Error, int Type, ulong Bytes, int Flags)
    {
        public static Event Read(ReadOnlySpan<byte> wire) => new(
            BinaryPrimitives.ReadUInt64LittleEndian(wire), (Errno)BinaryPrimitives.ReadUInt16LittleEndian(wire[8..]), wire[10],
            BinaryPrimitives.ReadUInt64LittleEndian(wire[16..]), BinaryPrimitives.ReadUInt16LittleEndian(wire[24..]));
    }

    /// <summary>Does something once the program waits: when it has looked at the clock for the end of the wait and for what is left.</summary>
    private sealed class WhileWaiting : IDisposable
    {
        private readonly Task _task;

        public WhileWaiting(ManualTime time, Action action)
        {
            int looks = time.Looks;
            _task = Task.Factory.StartNew(
                () =>
                {
                    Assert.True(SpinWait.SpinUntil(() => time.Looks >= looks + 2, TimeSpan.FromSeconds(20)));
                    action();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        public void Dispose() => _task.GetAwaiter().GetResult();
    }
}
