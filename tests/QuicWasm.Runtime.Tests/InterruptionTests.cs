using QuicWasm.Native;
using QuicWasm.Testing;

namespace QuicWasm.Runtime.Tests;

public sealed unsafe class InterruptionTests
{
    [Fact]
    public void A_request_is_seen_by_the_cell_the_flag_and_the_descriptor_until_it_is_cleared()
    {
        using var interruption = new Interruption();
        AssertQuiet(interruption);
        for (int i = 0; i < 3; i++)
        {
            interruption.Request();
            interruption.Request();
            AssertAsking(interruption);
            Assert.True(interruption.OnSafePoint());
            Assert.True(interruption.OnSafePoint());
            interruption.Clear();
            interruption.Clear();
            AssertQuiet(interruption);
            Assert.False(interruption.OnSafePoint());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void RequestAfter_asks_at_the_safe_point_with_that_number(int number)
    {
        using var interruption = new Interruption();
        interruption.RequestAfter(number);
        for (int i = 1; i < number; i++)
        {
            Assert.Equal(1, *(int*)interruption.PollCell);
            Assert.False(interruption.OnSafePoint());
            Assert.False(interruption.IsRequested);
        }

        Assert.True(interruption.OnSafePoint());
        AssertAsking(interruption);
    }

    [Fact]
    public void What_is_to_be_done_at_a_safe_point_is_done_once_and_neither_counted_nor_seen()
    {
        using var interruption = new Interruption();
        int done = 0;
        interruption.RunAtSafePoint(() => done++);
        interruption.RunAtSafePoint(() => done += 10);
        Assert.Equal(1, *(int*)interruption.PollCell);
        Assert.False(interruption.IsRequested);
        Assert.False(interruption.OnSafePoint());
        Assert.Equal(11, done);
        AssertQuiet(interruption);
        interruption.RequestAfter(2);
        interruption.RunAtSafePoint(() => done++);
        Assert.False(interruption.OnSafePoint());
        Assert.True(interruption.OnSafePoint());
        Assert.Equal(12, done);
    }

    [Fact]
    public void Clear_takes_back_a_count_and_a_later_count_replaces_an_earlier_one()
    {
        using var interruption = new Interruption();
        interruption.RequestAfter(1);
        interruption.Clear();
        AssertQuiet(interruption);
        interruption.RequestAfter(1);
        interruption.RequestAfter(2);
        Assert.False(interruption.OnSafePoint());
        Assert.True(interruption.OnSafePoint());
        Assert.Throws<ArgumentOutOfRangeException>(() => interruption.RequestAfter(0));
    }

    [Fact]
    public void A_request_comes_through_while_safe_points_are_counted()
    {
        using var interruption = new Interruption();
        interruption.RequestAfter(100);
        Assert.False(interruption.OnSafePoint());
        interruption.Request();
        Assert.True(interruption.OnSafePoint());
    }

    [Fact]
    public void A_postponed_request_is_invisible_until_the_last_release()
    {
        using var interruption = new Interruption();
        interruption.Request();
        interruption.Postpone();
        AssertQuiet(interruption);
        interruption.Postpone();
        interruption.Request();
        AssertQuiet(interruption);
        interruption.Release();
        AssertQuiet(interruption);
        interruption.Release();
        AssertAsking(interruption);
    }

    [Fact]
    public void Safe_points_are_not_counted_while_requests_are_postponed()
    {
        using var interruption = new Interruption();
        interruption.RequestAfter(2);
        interruption.Postpone();
        Assert.Equal(0, *(int*)interruption.PollCell);
        interruption.Release();
        Assert.Equal(1, *(int*)interruption.PollCell);
        Assert.Equal(2, interruption.Countdown);
    }

    [Fact]
    public void A_request_to_a_runtime_that_is_gone_does_nothing()
    {
        RuntimeContext context = Runtimes.New();
        Interruption interruption = context.Interruption;
        context.Dispose();
        interruption.Request();
        interruption.Clear();
        interruption.Dispose();
    }

    [Fact]
    public void Requests_and_clears_of_many_threads_leave_it_as_the_last_one_said()
    {
        using var interruption = new Interruption();
        for (int i = 0; i < 200; i++)
        {
            Parallel.Invoke(interruption.Request, interruption.Request, interruption.Clear);
            interruption.Clear();
            AssertQuiet(interruption);
        }

        interruption.Request();
        AssertAsking(interruption);
    }

    [Fact]
    public void RequestAfter_counts_function_entries_loops_and_host_calls()
    {
        using RuntimeContext context = Runtimes.New();
        ModuleInstance frames = context.Load("frames");
        (int Function, ulong[] Locals)[] expected = [(1, [3, 4, 0, 0]), (0, [3, 0]), (0, [2, 3]), (0, [1, 5])];
        for (int n = 1; n <= expected.Length; n++)
        {
            context.Interruption.RequestAfter(n);
            Frame top = context.Begin(frames, "outer", [3, 4], out _).Stack!.Frames[^1];
            Assert.Equal(expected[n - 1].Function, top.FunctionAddress);
            Assert.Equal(expected[n - 1].Locals, top.Locals);
            context.Interruption.Clear();
        }

        context.Interruption.RequestAfter(expected.Length + 1);
        Assert.False(context.Begin(frames, "outer", [3, 4], out _).IsSuspended);
        Assert.Equal(1, context.Interruption.Countdown);
    }

    private static void AssertAsking(Interruption interruption)
    {
        Assert.True(interruption.IsRequested);
        Assert.Equal(1, *(int*)interruption.PollCell);
        Assert.True(IsReadable(interruption));
    }

    private static void AssertQuiet(Interruption interruption)
    {
        Assert.False(interruption.IsRequested);
        Assert.Equal(0, *(int*)interruption.PollCell);
        Assert.False(IsReadable(interruption));
    }

    private static bool IsReadable(Interruption interruption)
    {
        Span<PollEntry> entries = [new PollEntry(interruption.WakeDescriptor, PollEvents.Readable)];
        return Polling.Poll(entries, 0) == 1;
    }
}
