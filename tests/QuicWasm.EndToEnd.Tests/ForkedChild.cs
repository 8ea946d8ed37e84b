using System.Text;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Wasi;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>What a child of a forked workload has of its own: its output, which begins with what its parent had written, a copy of the folder, and the input.</summary>
internal sealed class ForkedChild : IDisposable
{
    private readonly Workload _workload;
    private readonly int _index;
    private readonly MemoryStream _output = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
    private readonly FileStream? _input;

    /// <summary>Takes over what there is when the parent is forked.</summary>
    public ForkedChild(Workload workload, int index, string output, string folder, long inputPosition)
    {
        _workload = workload;
        _index = index;
        _output.Write(Encoding.UTF8.GetBytes(output));
        foreach (string inside in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(_folder, Path.GetRelativePath(folder, inside)));
        }

        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetRelativePath(folder, file)));
        }

        if (workload.Stdin is { } input)
        {
            _input = File.OpenRead(Path.Combine(Repository.Workloads, input));
            _input.Position = inputPosition;
        }
    }

    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    /// <summary>Who it is: with the arguments of its parent.</summary>
    public ChildIdentity Identity => new(Guid.NewGuid(), _index, null);

    public Configure Configure() => new()
    {
        Engine = EngineRotation.At(_index),
        HostModules =
        [
            _ => new WasiModule(new WasiOptions
            {
                Preopens = _workload.Folder is null ? [] : [new WasiPreopen(_workload.Folder, _folder)],
                Stdin = _input is null ? WasiStandardStream.Null : WasiStandardStream.FromStream(_input),
                Stdout = WasiStandardStream.FromStream(_output),
            }),
        ],
    };

    /// <summary>Runs the child to its end, on a thread of its own.</summary>
    public static Task RunAsync(RunningProgram program) => Task.Factory.StartNew(
        () => Assert.NotEqual(ProgramOutcome.Suspended, program.Run().Outcome),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void Dispose()
    {
        _input?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
