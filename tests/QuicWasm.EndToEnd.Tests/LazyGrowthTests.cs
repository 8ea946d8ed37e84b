using QuicWasm.Migration;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>Two modules that share a memory, and grow it in turns while its pages are still elsewhere.</summary>
public sealed class LazyGrowthTests(MemoryNodes nodes) : IDisposable
{
    private const int Filled = 64;
    private const int Rounds = 40;

    // (module (memory (export "m") 4 200) (func (export "f") (result i32) (memory.grow (i32.const 1))))
    private static readonly byte[] Library =
    [
        0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        1, 5, 1, 0x60, 0, 1, 0x7f,
        3, 2, 1, 0,
        5, 5, 1, 1, 4, 0xc8, 1,
        7, 9, 2, 1, (byte)'m', 2, 0, 1, (byte)'f', 0, 0,
        0x0a, 8, 1, 6, 0, 0x41, 1, 0x40, 0, 0x0b,
    ];

    private readonly Pager _pager = Pagers.New();

    [Fact]
    public Task Growing_from_several_modules_while_pages_are_missing_loses_none_and_gives_zeros() => GrowLazilyAsync(Run);

    // Few instructions and many faults: a collector that never rests leaves other threads a few microseconds at a time.
    [Fact]
    public async Task The_collector_in_a_tight_loop_neither_hangs_nor_is_hung()
    {
        int collections = 0;

        // A program may have ended before the collector has gone round so often.
        for (int runs = 0; runs < 10 && collections < Rounds; runs++)
        {
            await GrowLazilyAsync(program => collections += RunWhileCollecting(program));
        }

        Assert.InRange(collections, Rounds, int.MaxValue);
    }

    public void Dispose() => _pager.Dispose();

    // It traps where a page is not what it is to be.
    private static void Run(RunningProgram program) => Assert.Equal(ProgramOutcome.Completed, program.Run().Outcome);

    private static int RunWhileCollecting(RunningProgram program)
    {
        using CancellationTokenSource ending = new();
        int collections = 0;
        var collector = new Thread(() =>
        {
            while (!ending.IsCancellationRequested)
            {
                GC.Collect(0);
                collections++;
            }
        });
        collector.Start();
        Run(program);
        ending.Cancel();
        collector.Join();
        return collections;
    }

    private async Task GrowLazilyAsync(Action<RunningProgram> run)
    {
        Pagers.SkipWithout();
        var context = new RuntimeContext(Configure());
        context.Instantiate(ModuleLoader.Load(Library), "l");
        ModuleInstance main = context.Instantiate(ModuleLoader.Load(Grower()));
        var source = new RunningProgram(context, new PendingCall(main.Function("_start").Address));

        // In the loop that does nothing.
        context.Interruption.RequestAfter(Filled + 500);
        Assert.Equal(ProgramOutcome.Suspended, source.Run().Outcome);
        using ServedImage image = await nodes.ServeAsync(ProgramCapture.Capture(source), "tcp");
        var request = new MigrationRequest { Image = image.Id, Options = new GranularityOptions(Mode: CopyMode.Cow) };
        await using MigratedProgram moved = await new RunningNode(TransportRegistry.CreateDefault(), new RunningNodeOptions { Pager = _pager })
            .ResumeAsync(image.Endpoint, request, Configure(), TestContext.Current.CancellationToken);

        run(moved.Program);
        Assert.Equal(4UL + (2 * Rounds), moved.Program.Context.Store.Memories[0].PageCount);
        Assert.InRange(moved.Migration.Pages!.PageFaults().Length, Rounds / 2, Filled);
    }

    private static Configure Configure() => new() { Engine = EngineRotation.At(0) };

    private static byte[] Grower()
    {
        byte[] body =
        [
            1, 1, 0x7f,

            // Page i of 4 KiB holds i + 1.
            .. Loop(Filled, [0x20, 0, 0x41, 12, 0x74, 0x20, 0, 0x41, 1, 0x6a, 0x36, 2, 0]),
            .. Loop(1000, []),

            // The library grows, then this module; a page that was there, and the first of what is new, are looked at.
            .. Loop(Rounds,
            [
                0x10, 0, 0x41, 0, 0x48, 0x04, 0x40, 0, 0x0b,
                0x41, 1, 0x40, 0, 0x41, 0, 0x48, 0x04, 0x40, 0, 0x0b,
                0x20, 0, 0x41, 12, 0x74, 0x28, 2, 0, 0x20, 0, 0x41, 1, 0x6a, 0x47, 0x04, 0x40, 0, 0x0b,
                0x3f, 0, 0x41, 16, 0x74, 0x41, 4, 0x6b, 0x28, 2, 0, 0x04, 0x40, 0, 0x0b,
            ]),
            0x0b,
        ];
        return
        [
            0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
            1, 8, 2, 0x60, 0, 1, 0x7f, 0x60, 0, 0,
            2, 14, 2, 1, (byte)'l', 1, (byte)'f', 0, 0, 1, (byte)'l', 1, (byte)'m', 2, 0, 4,
            3, 2, 1, 1,
            7, 10, 1, 6, (byte)'_', (byte)'s', (byte)'t', (byte)'a', (byte)'r', (byte)'t', 0, 1,
            0x0a, (byte)(0x80 | ((body.Length + 3) & 0x7f)), (byte)((body.Length + 3) >> 7), 1, (byte)(0x80 | (body.Length & 0x7f)), (byte)(body.Length >> 7), .. body,
        ];
    }

    private static byte[] Loop(int count, byte[] body) =>
    [
        0x41, 0, 0x21, 0, 0x03, 0x40, .. body, 0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, (byte)(0x80 | (count & 0x7f)), (byte)(count >> 7), 0x49, 0x0d, 0, 0x0b,
    ];
}
