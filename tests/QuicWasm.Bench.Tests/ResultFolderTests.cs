namespace QuicWasm.Bench.Tests;

public sealed class ResultFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_header_is_that_of_the_golden_file() => Assert.Equal(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "observations.header")), ObservationCsv.Write([], withHeader: true));

    [Fact]
    public void Rows_come_back_as_they_were_written()
    {
        Observation row = Observation.Of(new ExperimentPoint { HeapMib = 4, Touch = 0.25, Link = new LinkSettings { Loss = 0.001 } }, "run", "E1") with
        {
            Metric = "downtime",
            Value = 1234567.875,
            Unit = "ns",
            Verified = true,
            Error = "a \"word\", a comma\nand a line",
        };
        Assert.Equal(row, Assert.Single(ObservationCsv.Read(ObservationCsv.Write([row], withHeader: true), "rows")));
    }

    [Fact]
    public void A_run_counts_as_done_when_its_last_row_is_there_also_if_it_failed()
    {
        ResultFolder results = Open();
        MigrationOutcome failed = MigrationOutcome.Failed(new ExperimentPoint(), "no such thing");
        results.Append(failed.Rows("run", "T"));
        results.Append(Outcome(2).Rows("run", "T"));
        Assert.Equal([1, 2], Open().Finished().Select(f => f.Repetition).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(200)]
    public void A_run_that_was_cut_off_is_taken_out_and_made_again(int missingBytes)
    {
        ResultFolder results = Open();
        results.Append(Outcome(1).Rows("run", "T"));
        string whole = File.ReadAllText(results.RowsPath);
        results.Append(Outcome(2).Rows("run", "T"));
        string all = File.ReadAllText(results.RowsPath);
        File.WriteAllText(results.RowsPath, all[..^missingBytes]);

        Assert.Equal([1], Open().Finished().Select(f => f.Repetition));
        Assert.Equal(whole, File.ReadAllText(results.RowsPath));
    }

    [Fact]
    public void Rows_of_another_version_are_refused_and_kept()
    {
        ResultFolder results = Open();
        File.WriteAllText(results.RowsPath, "run,workload\nx,kv\n");
        Assert.Throws<HarnessException>(() => results.Finished());
        Assert.Equal("run,workload\nx,kv\n", File.ReadAllText(results.RowsPath));
    }

    [Fact]
    public void A_folder_that_is_gone_on_with_keeps_its_earlier_sessions()
    {
        Open().Note("seed", 1);
        Open().Note("seed", 2);
        string manifest = File.ReadAllText(Path.Combine(_folder.Path, ResultFolder.ManifestFile));
        Assert.Contains("\"seed\": 1", manifest, StringComparison.Ordinal);
        Assert.Contains("\"seed\": 2", manifest, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static MigrationOutcome Outcome(int repetition) => new(
        new ExperimentPoint { Repetition = repetition }, new Dictionary<string, (double, string)> { ["downtime"] = (5, "ns") }, IsVerified: true, null);

    private ResultFolder Open() => new(_folder.Path, ["test"]);
}
