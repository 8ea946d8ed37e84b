using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>A program that counts: it sums in a local, in a global and in memory, and gives local plus global at its end.</summary>
internal static class CountingProgram
{
    // (memory 3) (global (mut i32)) (table 1 funcref) (elem (i32.const 0) 0) (data (i32.const 100) "hello")
    // step(i): memory[65536 + 4 * (i & 4095)] += i; global += i; gives 3 * i
    // run(n): for i = 0 to n - 1: sum += step(i); gives sum + global
    private static readonly byte[] Step =
    [
        1, 1, 0x7f, 0x20, 0, 0x41, 0xff, 0x1f, 0x71, 0x41, 2, 0x74, 0x22, 1, 0x20, 1, 0x28, 2, 0x80, 0x80, 4, 0x20, 0, 0x6a, 0x36, 2, 0x80, 0x80, 4,
        0x23, 0, 0x20, 0, 0x6a, 0x24, 0, 0x20, 0, 0x41, 3, 0x6c, 0x0b,
    ];

    private static readonly byte[] Run =
    [
        1, 2, 0x7f, 3, 0x40, 0x20, 2, 0x20, 1, 0x10, 0, 0x6a, 0x21, 2, 0x20, 1, 0x41, 1, 0x6a, 0x22, 1, 0x20, 0, 0x49, 0x0d, 0, 0x0b,
        0x20, 2, 0x23, 0, 0x6a, 0x0b,
    ];

    private static readonly byte[] Binary =
    [
        0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
        .. Sized(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
        .. Sized(3, 2, 0, 0),
        .. Sized(4, 1, 0x70, 0, 1),
        .. Sized(5, 1, 0, 3),
        .. Sized(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
        .. Sized(7, 1, 3, 0x72, 0x75, 0x6e, 0, 1),
        .. Sized(9, 1, 0, 0x41, 0, 0x0b, 1, 0),
        .. Sized(10, [2, (byte)Step.Length, .. Step, (byte)Run.Length, .. Run]),
        .. Sized(11, [1, 0, 0x41, 0xe4, 0, 0x0b, 5, .. "hello"u8]),
    ];

    public static Configure Configure => new() { Engine = context => new InterpreterEngine(context) };

    public static RunningProgram Make(uint count)
    {
        RuntimeContext context = new(Configure);
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(Binary), "counting");
        return new RunningProgram(context, new PendingCall(instance.Function("run").Address, [count]));
    }

    private static byte[] Sized(byte section, params byte[] payload) => [section, (byte)payload.Length, .. payload];

    /// <summary>What the program gives at its end.</summary>
    public static uint Expected(uint count)
    {
        uint sum = 0;
        for (uint i = 0; i < count; i++)
        {
            sum += 4 * i;
        }

        return sum;
    }

    /// <summary>Runs to the end and checks result and memory.</summary>
    public static void AssertEndsRight(RunningProgram program, uint count)
    {
        Assert.Equal(ProgramStatus.Completed, program.Run());
        Assert.Equal(Expected(count), (uint)program.LastResults.Span[0]);
        MemoryInstance memory = program.Context.Store.Memories[0];
        Assert.Equal("hello"u8, memory.Span(100, 5));
        uint[] expected = new uint[4096];
        for (uint i = 0; i < count; i++)
        {
            expected[i & 4095] += i;
        }

        Assert.True(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(memory.Span(65536, 4096 * 4)).SequenceEqual(expected));
    }
}
