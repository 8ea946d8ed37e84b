namespace QuicWasm.Bench.Tests;

/// <summary>What a report says follows from its rows, and from nothing else.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void The_shortest_downtime_of_each_mode_and_size_wins_where_intervals_do_not_touch()
    {
        string[] sentences =
        [
            .. CopyAnswers.Granularities(Medians(
            [
                .. Rows(new ExperimentPoint { Warm = true, HeapMib = 4, Granularity = "page" }, "downtime", 10e6, 11e6, 12e6),
                .. Rows(new ExperimentPoint { Warm = true, HeapMib = 4, Granularity = "module" }, "downtime", 20e6, 21e6, 22e6),
                .. Rows(new ExperimentPoint { Warm = true, HeapMib = 64, Granularity = "page" }, "downtime", 10e6, 50e6, 60e6),
                .. Rows(new ExperimentPoint { Warm = true, HeapMib = 64, Granularity = "module" }, "downtime", 20e6, 21e6, 22e6),
            ])),
        ];
        Assert.Equal(
            ["no-cow, 4 MiB: page wins; page 11.0 ms, module 21.0 ms.", "no-cow, 64 MiB: module is shortest, not told apart from page; module 21.0 ms, page 50.0 ms."],
            sentences);
    }

    [Fact]
    public void Cow_pays_up_to_the_part_of_the_heap_at_which_it_takes_longer()
    {
        string[] sentences =
        [
            .. CopyAnswers.CowByTouch(Medians(
            [
                .. Touched(0.01, "cow", 1e9), .. Touched(0.01, "no-cow", 3e9), .. Touched(0.1, "cow", 2e9), .. Touched(0.1, "no-cow", 3e9),
                .. Touched(0.5, "cow", 9e9), .. Touched(0.5, "no-cow", 3e9),
                .. Rows(new ExperimentPoint { Method = Methods.Oracle, Mode = "cow", Touch = 0.5, HeapMib = 64 }, "time_after_move", 2.5e9),
            ])),
        ];
        Assert.Equal("50% touched: from the order to move to the program's end 9.00 s in cow, 3.00 s in no-cow (3.00 times), with an oracle 2.50 s.", sentences[2]);
        Assert.Equal("Fetching each page by itself pays up to 10%, and no longer at 50%.", sentences[^1]);
    }

    [Fact]
    public void Quic_wins_where_it_is_surely_faster_than_both_others()
    {
        Observation[] rows =
        [
            .. from transport in new[] { ("tcp", 4.0), ("tls", 5.0), ("quic", 2.0) }
               from loss in new[] { 0, 0.01 }
               from row in Rows(
                   new ExperimentPoint { Transport = transport.Item1, HeapMib = 16, Link = new LinkSettings { RttMs = 20, Loss = loss } },
                   "downtime",
                   (loss == 0 ? 1 : transport.Item2) * 1e9)
               select row,
        ];
        string[] sentences = [.. TransportAnswers.Lossy(Medians(rows))];
        Assert.Equal("no-cow, 20 ms, loss 0%: down for 1.00 s over TCP, 1.00 s over TLS, 1.00 s over QUIC (not told apart).", sentences[0]);
        Assert.Equal("no-cow, 20 ms, loss 1%: down for 4.00 s over TCP, 5.00 s over TLS, 2.00 s over QUIC (QUIC wins).", sentences[1]);
        Assert.Equal("no-cow, 20 ms: from loss 0% to 1% it takes tcp 4.00 times, tls 5.00 times, quic 2.00 times as long.", sentences[2]);
    }

    [Fact]
    public void Prefetch_is_held_against_none_with_its_faults_and_what_it_wasted()
    {
        ExperimentPoint none = new() { Mode = "cow", Touch = 0.1, HeapMib = 64, Link = new LinkSettings { RttMs = 20 } };
        ExperimentPoint recorded = none with { Prefetch = "recorded" };
        string[] sentences =
        [
            .. FetchAnswers.Prefetch(Medians(
            [
                .. Rows(none, "time_after_move", 4e9), .. Rows(none, "faults", 1000),
                .. Rows(recorded, "time_after_move", 1e9), .. Rows(recorded, "faults", 10), .. Rows(recorded, "prefetched_wasted_bytes", 2e6),
            ])),
        ];
        Assert.Equal("20 ms, 10% touched: without prefetch 4.00 s from the order to move to the program's end, and 1000 faults that waited for the link.", sentences[0]);
        Assert.Equal("20 ms, 10% touched, recorded: 1.00 s (0.25 times), 10 faults, 2.0 MB never used.", sentences[1]);
    }

    [Fact]
    public void The_price_of_being_migratable_is_that_of_safe_points_and_of_listening()
    {
        Observation[] Of(string engine, string method, double seconds) => Rows(new ExperimentPoint { Engine = engine, Method = method }, "time_of_second_half", seconds * 1e9);
        string sentence = Assert.Single(ExecutionAnswers.Price(Medians(
            [.. Of("tiered", Methods.Unmigrated, 2.2), .. Of("unfreezable", Methods.Unmigrated, 2), .. Of("tiered", Methods.Listening, 2.2), .. Of("v8", Methods.Unmigrated, 1.1)])));
        Assert.Equal(
            "kv, from a quarter of its lines to its end: 2.20 s; without safe points 2.00 s (with them 1.10 times); with a node that listens 2.20 s (1.00 times (not told apart)); on V8, which cannot move it, 1.10 s (2.00 times).",
            sentence);
    }

    [Fact]
    public void Answers_take_the_place_of_older_ones_in_a_document_and_leave_the_rest_alone()
    {
        string document = $"before\n{AnswerDocument.Begin}\nold\n{AnswerDocument.End}\nbehind\n";
        string written = AnswerDocument.With(document, [new Answer("Why?", ["E1", "E2"], ["Because."]), new Answer("And?", ["E3"], [])]);
        Assert.Equal($"before\n{AnswerDocument.Begin}\n\n### Why? (E1, E2)\n\n- Because.\n\n{AnswerDocument.End}\nbehind\n", written);
        Assert.Throws<HarnessException>(() => AnswerDocument.With("no place", []));
    }

    [Fact]
    public void Without_rows_nothing_is_said() => Assert.All(Answer.Of(new Dictionary<string, IReadOnlyList<SummaryRow>>()), a => Assert.Empty(a.Sentences));

    private static Observation[] Touched(double touch, string mode, double time) =>
        Rows(new ExperimentPoint { Mode = mode, Touch = touch, HeapMib = 64 }, "time_after_move", time);

    private static Observation[] Rows(ExperimentPoint point, string metric, params double[] values) =>
        [.. values.Select((v, i) => Observation.Of(point with { Repetition = i + 1 }, "run", "T") with { Metric = metric, Value = v, Unit = "ns", Verified = true })];

    private static MedianRows Medians(IEnumerable<Observation> rows) => new(Summary.Of(rows));
}
