namespace QuicWasm.Cli.Tests;

/// <summary>Command lines of workloads.</summary>
internal static class WorkloadCommand
{
    /// <summary>The command line of a run: options, the module, and the program's own arguments.</summary>
    /// <param name="workload">The program.</param>
    /// <param name="options">Options of the command.</param>
    /// <param name="folder">The host's folder for a workload that needs one.</param>
    /// <param name="arguments">The program's arguments.</param>
    public static string[] Run(this Workload workload, string[] options, string folder, string[] arguments) =>
    [
        "run", .. options,
        .. workload.Modules.SelectMany(m => new[] { "--module", $"{m.Key}={PathOf(m.Value)}" }),
        .. workload.Folder is null ? [] : new[] { "--dir", $"{folder}::{workload.Folder}" },
        PathOf(workload.Wasm), .. arguments,
    ];

    /// <summary>A file that lies with the workloads.</summary>
    public static string PathOf(string file) => Path.Combine(Repository.Workloads, file);
}
