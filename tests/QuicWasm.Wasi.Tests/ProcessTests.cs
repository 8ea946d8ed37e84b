using QuicWasm.Runtime;

namespace QuicWasm.Wasi.Tests;

public sealed class ProcessTests
{
    [Theory]
    [InlineData("args")]
    [InlineData("environ")]
    public void Strings_lie_one_behind_the_other(string group)
    {
        string[] strings = group == "args" ? ["program", "", "ünï"] : ["A=1", "LONG=x y", "E="];
        using var harness = new Harness(Harness.Quiet with { Arguments = strings, Environment = strings });
        Assert.Equal(Errno.Success, harness.Call($"{group}_sizes_get", 0, 4));
        Assert.Equal(3u, harness.U32(0));
        string all = string.Concat(strings.Select(static s => s + '\0'));
        int bytes = System.Text.Encoding.UTF8.GetByteCount(all);
        Assert.Equal((uint)bytes, harness.U32(4));
        Assert.Equal(Errno.Success, harness.Call($"{group}_get", 16, 100));
        Assert.Equal(all, harness.Text(100, bytes));
        Assert.Equal(100u, harness.U32(16));
        Assert.Equal('\0' + strings[1], '\0' + harness.Text(harness.U32(20), strings[1].Length));
    }

    [Fact]
    public void A_zero_in_an_argument_is_refused() =>
        Assert.Throws<ArgumentException>(() => new WasiModule(Harness.Quiet with { Arguments = ["a\0b"] }));

    [Fact]
    public void Clocks_show_the_time_of_their_provider()
    {
        var time = new ManualTime(5_000_000_000);
        using var harness = new Harness(Harness.Quiet with { Clock = time });
        time.Advance(1_000_000_700);
        Assert.Equal(6_000_000_700UL, Time(harness, 0));
        Assert.Equal(1_000_000_700UL, Time(harness, 1));
        for (uint clock = 0; clock < 4; clock++)
        {
            Assert.Equal(Errno.Success, harness.Call("clock_res_get", clock, 0));
            Assert.InRange(harness.U64(0), 1UL, 1_000_000UL);
        }

        Assert.Equal(Errno.Inval, harness.Call("clock_res_get", 4, 0));
        Assert.Equal(Errno.Inval, harness.Call("clock_time_get", 4, 0, 0));
    }

    [Fact]
    public void Processor_time_never_goes_back_and_goes_on_after_a_move()
    {
        using var harness = new Harness(Harness.Quiet);
        ulong last = 0;
        long started = Environment.TickCount64;
        while (last == 0 && Environment.TickCount64 - started < 20_000)
        {
            last = Time(harness, 3);
        }

        Assert.NotEqual(0UL, last);
        Assert.NotEqual(0UL, Time(harness, 2));
        using var moved = new Harness(Harness.Quiet, harness.Module.CaptureState());
        Assert.True(Time(moved, 3) >= last);
    }

    [Fact]
    public void A_seed_makes_the_known_key_stream()
    {
        // The key stream of ChaCha20 with a key, nonce and counter of zeros (RFC 8439, A.1, vector 1; then vector 2's first bytes).
        using var harness = new Harness(Harness.Quiet with { RandomSeed = 0 });
        Assert.Equal(Errno.Success, harness.Call("random_get", 0, 3));
        Assert.Equal(Errno.Success, harness.Call("random_get", 3, 65));
        Assert.Equal(
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee65869f07e7be",
            Convert.ToHexStringLower(harness.Bytes(0, 68)));
    }

    [Fact]
    public void Random_numbers_differ_without_a_seed_and_go_on_after_a_move()
    {
        using var harness = new Harness(Harness.Quiet);
        using var other = new Harness(Harness.Quiet);
        string first = Random(harness, 37);
        Assert.NotEqual(first, Random(other, 37));
        byte[] state = harness.Module.CaptureState();
        string next = Random(harness, 200);
        using var moved = new Harness(Harness.Quiet, state);
        Assert.Equal(next, Random(moved, 200));
    }

    [Fact]
    public void Arguments_and_environment_travel_and_monotonic_time_goes_on()
    {
        var here = new ManualTime(1_000);
        var there = new ManualTime(77_000_000_000);
        using var harness = new Harness(Harness.Quiet with { Arguments = ["one", "two"], Environment = ["A=1"], Clock = here });
        here.Advance(123_456);
        using var moved = new Harness(Harness.Quiet with { Arguments = ["other"], Clock = there }, harness.Module.CaptureState());
        Assert.Equal(Errno.Success, moved.Call("args_sizes_get", 0, 4));
        Assert.Equal((2u, 8u), (moved.U32(0), moved.U32(4)));
        Assert.Equal(Errno.Success, moved.Call("environ_get", 0, 100));
        Assert.Equal("A=1\0", moved.Text(100, 4));
        Assert.Equal(123_456UL, Time(moved, 1));
        there.Advance(5);
        Assert.Equal(123_461UL, Time(moved, 1));
    }

    [Fact]
    public void A_call_from_outside_traps_for_want_of_a_memory()
    {
        using var harness = new Harness(Harness.Quiet);
        HostFunction function = harness.Module.Resolve("args_sizes_get", harness.Module.Calls.Type("args_sizes_get"))!;
        Assert.Equal(TrapKind.HostError, Assert.Throws<TrapException>(() => function(new HostCall(harness.Context, null, [0, 4], new ulong[1]))).Kind);
    }

    private static ulong Time(Harness harness, uint clock)
    {
        Assert.Equal(Errno.Success, harness.Call("clock_time_get", clock, 0, 0));
        return harness.U64(0);
    }

    private static string Random(Harness harness, int lengthBytes)
    {
        Assert.Equal(Errno.Success, harness.Call("random_get", 0, (ulong)lengthBytes));
        return Convert.ToHexString(harness.Bytes(0, lengthBytes));
    }
}
