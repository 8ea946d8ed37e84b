using QuicWasm.Bench;
using QuicWasm.Migration;
using QuicWasm.Modules;
using QuicWasm.Native;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;
using QuicWasm.Wasi;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>A program that writes all the time, while its memory comes, becomes complete, and takes its file.</summary>
public sealed class LazyPresentTests(MemoryNodes nodes) : IDisposable
{
    // It runs for a while after 16 MiB have come.
    private static readonly LazyProgram Writer = new() { Pages = 4096, Touches = 4096, Computations = 20_000_000 };

    private readonly Pager _pager = Pagers.New();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_write_is_lost_when_a_memory_takes_its_file_and_is_forked_then(int engine)
    {
        Pagers.SkipWithout();
        using RunningProgram unmoved = Load(engine);
        Assert.Equal(ProgramOutcome.Completed, unmoved.Run().Outcome);
        byte[] expected = MemoryOf(unmoved);

        RunningProgram source = Load(engine);
        source.Context.Interruption.RequestAfter(Writer.FreezeAfter);
        Assert.Equal(ProgramOutcome.Suspended, source.Run().Outcome);
        using ServedImage image = await nodes.ServeAsync(ProgramCapture.Capture(source), "tcp");
        var request = new MigrationRequest { Image = image.Id, Options = new GranularityOptions(Mode: CopyMode.Cow), Prefetch = Prefetch.Push };
        await using MigratedProgram moved = await new RunningNode(TransportRegistry.CreateDefault(), new RunningNodeOptions { Pager = _pager })
            .ResumeAsync(image.Endpoint, request, Configure(engine), TestContext.Current.CancellationToken);
        MemoryInstance memory = moved.Program.Context.Store.Memories[0];
        Task<ProgramStatus> run = Task.Factory.StartNew(moved.Program.Run, TaskCreationOptions.LongRunning);
        Assert.True(SpinWait.SpinUntil(() => run.IsCompleted || IsViewOfFile(memory), TimeSpan.FromSeconds(60)), "the memory never takes its file");
        moved.Program.RequestFreeze();
        Assert.Equal(ProgramOutcome.Suspended, (await run).Outcome);
        Assert.Empty(PrivatePages.Find((ulong)memory.BaseAddress, memory.LengthBytes));

        using FrozenImage forked = ProgramCapture.Fork(moved.Program);
        Assert.Equal(ProgramOutcome.Completed, moved.Program.Run().Outcome);
        Assert.Equal(expected, MemoryOf(moved.Program));
        using RunningProgram child = ImageTransfer.Restore(forked, Configure(engine));
        Assert.Equal(ProgramOutcome.Completed, child.Run().Outcome);
        Assert.Equal(expected, MemoryOf(child));
    }

    public void Dispose() => _pager.Dispose();

    private static RunningProgram Load(int engine)
    {
        var context = new RuntimeContext(Configure(engine));
        ModuleInstance main = context.Instantiate(ModuleLoader.Load(Writer.ToModule()));
        return new RunningProgram(context, new PendingCall(main.Function("_start").Address));
    }

    private static Configure Configure(int engine) => new() { Engine = EngineRotation.At(engine), HostModules = [_ => new WasiModule(new WasiOptions { Stdout = WasiStandardStream.FromStream(Stream.Null) })] };

    // As the system says: the mapping that begins where the memory does is shared.
    private static bool IsViewOfFile(MemoryInstance memory)
    {
        string mapping = File.ReadLines("/proc/self/maps").First(l => l.StartsWith($"{memory.BaseAddress:x}-", StringComparison.Ordinal));
        return mapping.Split(' ')[1][^1] == 's';
    }

    private static byte[] MemoryOf(RunningProgram program)
    {
        MemoryInstance memory = program.Context.Store.Memories[0];
        return memory.Span(0, memory.LengthBytes).ToArray();
    }
}
