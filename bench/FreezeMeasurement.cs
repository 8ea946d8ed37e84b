using System.Diagnostics;
using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Bench;

/// <summary>A program that loops over a memory of so many MiB, every page of which was written; it is frozen, forked, and forked again.</summary>
internal sealed class FreezeMeasurement(int mib)
{
    private const ulong HostPageBytes = 4096;
    private const int PagesOfMib = 16;

    /// <summary>Measures once.</summary>
    /// <param name="changedRatio">Which part of the pages changes between the forks.</param>
    /// <exception cref="HarnessException">An image is not what the program was when it was made.</exception>
    public FreezeTimes Measure(double changedRatio)
    {
        using var context = new RuntimeContext(new Configure { Engine = static c => new InterpreterEngine(c) });
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(Endless((ulong)mib * PagesOfMib)));
        var program = new RunningProgram(context, new PendingCall(instance.Function("run").Address));
        MemoryInstance memory = instance.Memories[0];
        ulong pages = memory.LengthBytes / HostPageBytes;
        Write(memory, pages, 1);
        try
        {
            TimeSpan request = Stop(program);
            long start = Stopwatch.GetTimestamp();
            FrozenImage frozen = ProgramCapture.Capture(program);
            TimeSpan freeze = Stopwatch.GetElapsedTime(start);
            Check(frozen, 0, 1);
            frozen.Thaw();
            (FrozenImage first, TimeSpan fork) = Fork(program);
            using (first)
            {
                ulong changed = Math.Max((ulong)(pages * changedRatio), 1);
                Write(memory, changed, 2);
                Stop(program);
                (FrozenImage second, TimeSpan again) = Fork(program);
                using (second)
                {
                    Write(memory, 1, 3);
                    Check(first, 0, 1);
                    Check(second, 0, 2);
                    Check(second, pages - 1, changed == pages ? (byte)2 : (byte)1);
                    return new FreezeTimes(request, freeze, fork, again, changed * HostPageBytes);
                }
            }
        }
        finally
        {
            program.Dispose();
        }
    }

    private static (FrozenImage Image, TimeSpan Time) Fork(RunningProgram program)
    {
        long start = Stopwatch.GetTimestamp();
        FrozenImage image = ProgramCapture.Fork(program);
        return (image, Stopwatch.GetElapsedTime(start));
    }

    // Runs the program until it is asked to stop.
    private static TimeSpan Stop(RunningProgram program)
    {
        long stopped = 0;
        using ManualResetEventSlim begins = new();
        var running = new Thread(() =>
        {
            begins.Set();
            program.Run();
            stopped = Stopwatch.GetTimestamp();
        });
        running.Start();
        begins.Wait();
        long asked = Stopwatch.GetTimestamp();
        program.RequestFreeze();
        running.Join();
        return Stopwatch.GetElapsedTime(asked, stopped);
    }

    private static void Write(MemoryInstance memory, ulong pages, byte value)
    {
        for (ulong page = 0; page < pages; page++)
        {
            memory.Span(page * HostPageBytes, 1)[0] = value;
        }
    }

    private static void Check(FrozenImage image, ulong page, byte expected)
    {
        ImagePart part = image.Layout.Parts.First(p => p.Kind == PartKind.Memory);
        byte[] found = new byte[1];
        image.Read(part.Number, page * HostPageBytes, found);
        if (found[0] != expected)
        {
            throw new HarnessException($"page {page} of an image holds {found[0]}, where the program had {expected} when the image was made");
        }
    }

    // (module (memory N) (func (export "run") (loop (br 0))))
    private static byte[] Endless(ulong pages)
    {
        List<byte> limit = [];
        for (; pages >= 0x80; pages >>= 7)
        {
            limit.Add((byte)(pages | 0x80));
        }

        limit.Add((byte)pages);
        return
        [
            0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
            1, 4, 1, 0x60, 0, 0,
            3, 2, 1, 0,
            5, (byte)(limit.Count + 2), 1, 0, .. limit,
            7, 7, 1, 3, (byte)'r', (byte)'u', (byte)'n', 0, 0,
            10, 9, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b,
        ];
    }
}
