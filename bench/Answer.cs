namespace QuicWasm.Bench;

/// <summary>What a report says to one question, in sentences whose numbers come from its rows.</summary>
/// <param name="Question">The question.</param>
/// <param name="Experiments">The experiments that the numbers are of, such as E1: their figures are linked.</param>
/// <param name="Sentences">The answer; empty where those experiments have no rows.</param>
internal sealed record Answer(string Question, IReadOnlyList<string> Experiments, IReadOnlyList<string> Sentences)
{
    /// <summary>Every question that the report answers.</summary>
    /// <param name="rows">MedianRows by experiment.</param>
    public static IReadOnlyList<Answer> Of(IReadOnlyDictionary<string, IReadOnlyList<SummaryRow>> rows)
    {
        MedianRows At(string experiment) => new(rows.GetValueOrDefault(experiment) ?? []);
        return
        [
            new("Which granularity wins where?", ["E1"], [.. CopyAnswers.Granularities(At("E1"))]),
            new("When does cow beat no-cow?", ["E1", "E4"], [.. CopyAnswers.CowByMemory(At("E1")), .. CopyAnswers.CowByTouch(At("E4"))]),
            new("When does QUIC beat TCP and TLS, and why?", ["E2", "E3"], [.. TransportAnswers.Clean(At("E2")), .. TransportAnswers.Lossy(At("E3"))]),
            new("What does prefetch buy?", ["E5"], [.. FetchAnswers.Prefetch(At("E5"))]),
            new("When does compression pay?", ["E6"], [.. FetchAnswers.Compression(At("E6"))]),
            new("What does a further child cost?", ["E7"], [.. FetchAnswers.Children(At("E7"))]),
            new("What does being migratable cost?", ["E8"], [.. ExecutionAnswers.Price(At("E8"))]),
            new("What do clients of a server see of its move?", ["E9"], [.. ExecutionAnswers.Timeline(At("E9"))]),
        ];
    }
}
