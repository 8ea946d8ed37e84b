namespace QuicWasm.Bench;

/// <summary>
/// A program that is made for one measurement of lazy memory. It fills its pages, is frozen in a loop that does nothing else, and then, in
/// this order: writes a line, sleeps, reads a seed, touches pages, writes a line, computes on all pages, writes a line, and that once more. It traps where a page
/// is not what it had written.
/// </summary>
internal sealed record LazyProgram
{
    private const int SpinIterations = 20_000;
    private const uint Spread = 0x9E3779B1;
    private const byte I32 = 0x7f, I64 = 0x7e, Const64 = 0x42, Store = 0x36, Load = 0x28, Get = 0x20, Set = 0x21, Tee = 0x22, Const = 0x41, Add = 0x6a, Mul = 0x6c, Shl = 0x74, Shr = 0x76;
    private const byte Call = 0x10, Drop = 0x1a, Loop = 0x03, If = 0x04, Empty = 0x40, BrIf = 0x0d, LtU = 0x49, Ne = 0x47, And = 0x71, Unreachable = 0x00, End = 0x0b;
    private const int Counter = 0, Random = 1, Sum = 2, Page = 3;

    /// <summary>Pages of 4 KiB: a power of two, 16 or more.</summary>
    public required int Pages { get; init; }

    /// <summary>How many pages are touched, whatever the seed is.</summary>
    public int Touches { get; init; }

    /// <summary>How many are touched that depend on the seed.</summary>
    public int SeededTouches { get; init; }

    /// <summary>Whether the seed is the clock's time, for a program that has no input.</summary>
    public bool IsSeededByClock { get; init; }

    /// <summary>How many reads and writes are made at the end.</summary>
    public int Computations { get; init; }

    /// <summary>How many are made after that.</summary>
    public int MoreComputations { get; init; }

    /// <summary>How often it sleeps for <see cref="NapMs"/>.</summary>
    public int Naps { get; init; }

    /// <summary>How long a sleep is.</summary>
    public int NapMs { get; init; } = 20;

    /// <summary>At its safe point with this number it does nothing.</summary>
    public long FreezeAfter => Pages + (SpinIterations / 2);

    private int Shift => 32 - int.Log2(Pages);

    /// <summary>The binary.</summary>
    public byte[] ToModule()
    {
        var module = new List<byte> { 0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0 };
        Section(module, 1, [3, 0x60, 0, 0, 0x60, 4, I32, I32, I32, I32, 1, I32, 0x60, 3, I32, I64, I32, 1, I32]);
        Section(module, 2, [3, .. Import("fd_write"), .. IsSeededByClock ? Import("clock_time_get", type: 2) : Import("fd_read"), .. Import("poll_oneoff")]);
        Section(module, 3, [1, 0]);
        Section(module, 5, [1, 0, .. Unsigned((uint)Math.Max(1, Pages / 16))]);
        Section(module, 7, [2, .. Name("_start"), 0, 3, .. Name("memory"), 2, 0]);
        byte[] body = [1, 4, I32, .. Body(), End];
        Section(module, 10, [1, .. Unsigned((uint)body.Length), .. body]);
        Section(module, 11, [1, 0, Const, 16, End, 6, (byte)'r', (byte)'\n', (byte)'t', (byte)'\n', (byte)'c', (byte)'\n']);
        return [.. module];
    }

    private byte[] Body() =>
    [
        .. Repeat(Pages, [Get, Counter, Const, 12, Shl, .. PageValue(Counter), Store, 2, 64]),
        .. Repeat(SpinIterations, []),
        .. Print(16),
        .. Naps == 0 ? [] : Repeat(Naps, Nap()),
        .. SeededTouches == 0 ? [] : IsSeededByClock ? ReadClock() : ReadSeed(),
        .. Touches == 0 ? [] : Repeat(Touches, [Get, Counter, .. Number(unchecked((int)Spread)), Mul, .. Check()]),
        .. SeededTouches == 0 ? [] : Repeat(SeededTouches, [.. Next(), .. Check()]),
        .. Print(18),
        .. Computations == 0 ? [] : Repeat(Computations, Compute()),
        .. Print(20),
        .. MoreComputations == 0 ? [] : Repeat(MoreComputations, Compute()),
        .. MoreComputations == 0 ? [] : Print(20),
    ];

    // Takes a number from the stack: its first bits are a page, which must hold what was written there.
    private byte[] Check() =>
    [
        Const, (byte)Shift, Shr, Tee, Page, Const, 12, Shl, Load, 2, 64, .. PageValue(Page), Ne, If, Empty, Unreachable, End,
    ];

    // Bytes behind what is checked, so that every page stays what it was for that.
    private byte[] Compute() =>
    [
        .. Next(), Const, (byte)Shift, Shr, Const, 12, Shl, Get, Random, .. Number(0x7fc), And, Add, Tee, Page,
        Get, Page, Load, 2, .. Unsigned(128), Get, Counter, Add, Store, 2, .. Unsigned(128),
    ];

    private static byte[] Next() => [Get, Random, .. Number(1664525), Mul, .. Number(1013904223), Add, Tee, Random];

    private static byte[] PageValue(byte local) => [Get, local, .. Number(unchecked((int)Spread)), Mul, Const, 1, Add];

    private static byte[] Repeat(int count, byte[] body) =>
    [
        Const, 0, Set, Counter, Loop, Empty, .. body, Get, Counter, Const, 1, Add, Tee, Counter, .. Number(count), LtU, BrIf, 0, End,
    ];

    private static byte[] Print(int text) =>
    [
        Const, 0, .. Number(text), Store, 2, 0, Const, 0, Const, 2, Store, 2, 4, Const, 1, Const, 0, Const, 1, Const, 40, Call, 0, Drop,
    ];

    private static byte[] ReadClock() => [Const, 0, Const64, 1, Const, 48, Call, 1, Drop, Const, 0, Load, 2, 48, Set, Random];

    private static byte[] ReadSeed() =>
    [
        Const, 0, Const, 48, Store, 2, 0, Const, 0, Const, 8, Store, 2, 4, Const, 0, Const, 0, Const, 1, Const, 40, Call, 1, Drop,
        Const, 0, Load, 2, 48, Set, Random,
    ];

    // A subscription of a relative time of the monotonic clock at 1024, its event at 1088.
    private byte[] Nap() =>
    [
        Const, 0, Const, 1, Store, 2, .. Unsigned(1040), Const, 0, .. Number(NapMs * 1_000_000), Store, 2, .. Unsigned(1048),
        .. Number(1024), .. Number(1088), Const, 1, Const, 40, Call, 2, Drop,
    ];

    private static byte[] Number(int value)
    {
        var bytes = new List<byte> { Const };
        while (true)
        {
            byte low = (byte)(value & 0x7f);
            value >>= 7;
            bool isLast = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
            bytes.Add(isLast ? low : (byte)(low | 0x80));
            if (isLast)
            {
                return [.. bytes];
            }
        }
    }

    private static byte[] Unsigned(uint value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    private static byte[] Import(string name, byte type = 1) => [.. Name("wasi_snapshot_preview1"), .. Name(name), 0, type];

    private static byte[] Name(string name) => [(byte)name.Length, .. name.Select(static c => (byte)c)];

    private static void Section(List<byte> module, byte id, byte[] content)
    {
        module.Add(id);
        module.AddRange(Unsigned((uint)content.Length));
        module.AddRange(content);
    }
}
