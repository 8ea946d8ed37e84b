namespace QuicWasm.EndToEnd.Tests;

/// <summary>Workloads that are built before they run.</summary>
internal static class WorkloadBuild
{
    /// <summary>Builds the workload where it must be built; skips the test, with the script's reason, where it cannot be.</summary>
    public static void BuildOrSkip(this Workload workload)
    {
        if (!workload.IsCached || File.Exists(workload.PathOf(workload.Wasm)))
        {
            return;
        }

        (int exitCode, string words) = Repository.RunScript(Path.Combine(Repository.Workloads, workload.Build));
        Assert.SkipWhen(exitCode != 0 && !Repository.Requires(workload.Name), $"{workload.Name} could not be built: {words}");
        Assert.True(exitCode == 0, words);
    }
}
