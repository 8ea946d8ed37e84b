using System.Security.Cryptography;
using System.Text;
using QuicWasm.Migration;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;
using QuicWasm.Wasi;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>One run of a workload with its small arguments, in one process, moved between runtimes as often as the test asks.</summary>
internal sealed class WorkloadRun : IDisposable
{
    // No test here is about deadlines: a machine that has much else to do is not a node that stays away.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private int _runtimes;
    private readonly Workload _workload;
    private readonly MemoryStream _output = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-").FullName;
    private readonly FileStream? _input;
    private Migration.Migration? _migration;
    private ServedImage? _served;

    public WorkloadRun(Workload workload)
    {
        _workload = workload;
        _input = workload.Stdin is null ? null : File.OpenRead(Path.Combine(Repository.Workloads, workload.Stdin));
        Program = Load();
    }

    /// <summary>The program, where it is now.</summary>
    public RunningProgram Program { get; private set; }

    /// <summary>How often it has moved.</summary>
    public int Moves { get; private set; }

    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    /// <summary>What a child has of its own that is made of the program now.</summary>
    /// <param name="index">Which child.</param>
    /// <param name="output">What its output begins with; without it what has been written until now.</param>
    public ForkedChild MakeChild(int index, string? output = null) => new(_workload, index, output ?? Output, _folder, _input?.Position ?? 0);

    /// <summary>Runs to the end without moving; gives how many safe points there were.</summary>
    public long RunUnmoved()
    {
        Program.Context.Interruption.RequestAfter(long.MaxValue);
        Assert.NotEqual(ProgramOutcome.Suspended, Program.Run().Outcome);
        return long.MaxValue - Program.Context.Interruption.Countdown;
    }

    /// <summary>Runs to the end, and moves at every safe point with a number that the step divides.</summary>
    public async Task RunMovingAsync(long step, Func<RunningProgram, Task<RunningProgram>> move)
    {
        Program.Context.Interruption.RequestAfter(step);
        while (Program.Run().Outcome == ProgramOutcome.Suspended)
        {
            Program = await move(Program);
            Moves++;
            Program.Context.Interruption.RequestAfter(step);
        }
    }

    /// <summary>Page faults that had to be answered, of all moves that are over.</summary>
    public int PageFaults { get; private set; }

    /// <summary>Moves a program from a memory node in this process to a new runtime, all of it before it runs there.</summary>
    public async Task<RunningProgram> MigrateAsync(
        RunningProgram program, MemoryNode node, TransportRegistry transports, TransportEndpoint endpoint, MigrationRequest request)
    {
        Guid image = node.Add(ProgramCapture.Capture(program), _workload.Name);
        await LeaveAsync();
        return await ResumeAsync(transports, endpoint, request with { Image = image }, new RunningNodeOptions { FaultDeadline = Patience, StallDeadline = Patience });
    }

    /// <summary>Moves a program to a new runtime, where it runs before its memory has come from a memory node in another process.</summary>
    /// <param name="program">The program.</param>
    /// <param name="serve">Serves its image.</param>
    /// <param name="request">How it is copied.</param>
    /// <param name="pager">Brings the pages.</param>
    /// <param name="transport">Whom the two trust.</param>
    public async Task<RunningProgram> MigrateLazilyAsync(
        RunningProgram program, Func<FrozenImage, Task<ServedImage>> serve, MigrationRequest request, Pager pager, TransportOptions transport)
    {
        ServedImage image = await serve(ProgramCapture.Capture(program));
        await LeaveAsync();
        _served = image;
        var options = new RunningNodeOptions { Pager = pager, Transport = transport, FaultDeadline = Patience, StallDeadline = Patience };
        return await ResumeAsync(TransportRegistry.CreateDefault(), image.Endpoint, request with { Image = image.Id }, options);
    }

    /// <summary>The last move is over: nothing more comes of it.</summary>
    public async Task LeaveAsync()
    {
        if (_migration is { } migration)
        {
            PageFaults += migration.Pages?.PageFaults().Length ?? 0;
            if (migration.Report.AllArrived is null)
            {
                await migration.FinishAsync(TestContext.Current.CancellationToken);
            }

            await migration.DisposeAsync();
            _migration = null;
        }

        if (_served is { } served)
        {
            served.Dispose();
            _served = null;
        }
    }

    /// <summary>
    /// A digest of the program's state: its instances; for one that works with files their names and contents instead, because its memory
    /// also holds times and inode numbers, which no two runs share.
    /// </summary>
    public string StateDigest() => _workload.Folder is null ? InstancesDigest() : FilesDigest();

    private string FilesDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(_folder, file)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private string InstancesDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Store store = Program.Context.Store;
        foreach (MemoryInstance memory in store.Memories)
        {
            const ulong pieceBytes = 1 << 20;
            for (ulong offset = 0; offset < memory.LengthBytes; offset += pieceBytes)
            {
                hash.AppendData(memory.Span(offset, Math.Min(pieceBytes, memory.LengthBytes - offset)));
            }
        }

        foreach (GlobalInstance global in store.Globals)
        {
            global.EnsurePresent();
            hash.AppendData(BitConverter.GetBytes(global.Low));
        }

        foreach (TableInstance table in store.Tables)
        {
            for (int i = 0; i < table.Length; i++)
            {
                hash.AppendData(BitConverter.GetBytes(table.Get((ulong)i)));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        Program.Dispose();
        _input?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The options of its next runtime: every one has another engine than the one before.</summary>
    public Configure Configure() => new()
    {
        Engine = EngineRotation.At(_runtimes++),
        HostModules =
        [
            _ => new WasiModule(new WasiOptions
            {
                Arguments = [_workload.Name, .. _workload.TestArgs],
                Preopens = _workload.Folder is null ? [] : [new WasiPreopen(_workload.Folder, _folder)],
                Stdin = _input is null ? WasiStandardStream.Null : WasiStandardStream.FromStream(_input),
                Stdout = WasiStandardStream.FromStream(_output),
            }),
        ],
    };

    private async Task<RunningProgram> ResumeAsync(
        TransportRegistry transports, TransportEndpoint endpoint, MigrationRequest request, RunningNodeOptions options)
    {
        MigratedProgram migrated = await new RunningNode(transports, options).ResumeAsync(endpoint, request, Configure(), TestContext.Current.CancellationToken);
        _migration = migrated.Migration;
        if (_migration.Report.AllArrived is not null)
        {
            await _migration.FinishAsync(TestContext.Current.CancellationToken);
        }

        return migrated.Program;
    }

    private RunningProgram Load()
    {
        var context = new RuntimeContext(Configure());
        foreach ((string name, string file) in _workload.Modules)
        {
            context.Instantiate(ModuleLoader.Load(File.ReadAllBytes(_workload.PathOf(file))), name);
        }

        ModuleInstance main = context.Instantiate(ModuleLoader.Load(File.ReadAllBytes(_workload.PathOf(_workload.Wasm))));
        return new RunningProgram(context, new PendingCall(main.Function("_start").Address));
    }
}
