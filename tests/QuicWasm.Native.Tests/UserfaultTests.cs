namespace QuicWasm.Native.Tests;

/// <summary>Faults that another thread answers. Who faults does so in a system call, so that the collector never waits for it.</summary>
public sealed class UserfaultTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ulong Page = AddressRange.PageBytes;

    private readonly Userfault? _userfault = TryOpen();
    private readonly MemoryFile? _file = OperatingSystem.IsLinux() ? MemoryFile.Create("test", 16 * Page) : null;
    private readonly List<AddressRange> _ranges = [];

    [Fact]
    public async Task What_is_written_to_the_file_is_seen_by_every_private_mapping_that_waits_for_it()
    {
        Userfault userfault = Usable();
        AddressRange[] mappings = [MapPrivately(), MapPrivately()];
        Task<byte>[] readers = [.. mappings.Select(m => Task.Run(() => ReadInCall(m, (3 * Page) + 5), TestContext.Current.CancellationToken))];
        HashSet<ulong> faults = await FaultsAsync(userfault, 2);
        Assert.Equal([.. mappings.Select(m => AddressOf(m) + (3 * Page)).Order()], faults.Order());

        _file!.Write(3 * Page, [.. Enumerable.Repeat((byte)7, (int)Page)]);
        foreach (AddressRange mapping in mappings)
        {
            userfault.Wake(AddressOf(mapping) + (3 * Page), Page);
        }

        Assert.Equal([7, 7], await Task.WhenAll(readers).WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_private_mapping_that_writes_leaves_the_file_and_the_others_as_they_are()
    {
        _ = Usable();
        _file!.Write(0, [1, 2, 3]);
        AddressRange first = MapPrivately(), second = MapPrivately();
        await Task.Run(() => WriteInCall(first, 0, 9), TestContext.Current.CancellationToken);
        Assert.Equal(9, ReadInCall(first, 0));
        Assert.Equal(1, ReadInCall(second, 0));
        byte[] inFile = new byte[1];
        _file.Read(0, inFile);
        Assert.Equal(1, inFile[0]);
    }

    [Fact]
    public async Task Pages_can_be_copied_in_or_be_zero_and_only_once()
    {
        Userfault userfault = Usable();
        AddressRange mapping = MapPrivately();
        Task<byte> reader = Task.Run(() => ReadInCall(mapping, Page), TestContext.Current.CancellationToken);
        await FaultsAsync(userfault, 1);
        Assert.True(userfault.Copy(AddressOf(mapping) + Page, [.. Enumerable.Repeat((byte)5, (int)(2 * Page))]));
        Assert.Equal(5, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(5, ReadInCall(mapping, (2 * Page) + 1));
        Assert.True(userfault.ZeroPage(AddressOf(mapping) + (4 * Page), Page));
        Assert.Equal(0, ReadInCall(mapping, 4 * Page));
        Assert.False(userfault.Copy(AddressOf(mapping) + (4 * Page), new byte[Page]));
        Assert.False(userfault.ZeroPage(AddressOf(mapping) + Page, Page));
    }

    [Fact]
    public async Task Who_waits_goes_on_when_the_range_is_let_go()
    {
        Userfault userfault = Usable();
        AddressRange mapping = MapPrivately();
        Task<byte> reader = Task.Run(() => ReadInCall(mapping, 0), TestContext.Current.CancellationToken);
        await FaultsAsync(userfault, 1);
        userfault.Unregister(AddressOf(mapping), 16 * Page);
        Assert.Equal(0, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_waits_goes_on_when_the_last_descriptor_is_closed()
    {
        Userfault userfault = Usable();
        AddressRange mapping = MapPrivately();
        Task<byte> reader = Task.Run(() => ReadInCall(mapping, 0), TestContext.Current.CancellationToken);
        await FaultsAsync(userfault, 1);
        userfault.Dispose();
        Assert.Equal(0, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_write_to_a_protected_page_waits_until_it_is_allowed()
    {
        Userfault userfault = Usable();
        using var memory = AddressRange.Reserve(4 * Page);
        memory.Commit(0, 4 * Page);
        Bytes(memory, 0)[0] = 1;
        userfault.Register(AddressOf(memory), 4 * Page, UserfaultModes.WriteProtect);
        userfault.WriteProtect(AddressOf(memory), Page, isProtected: true);
        Task writer = Task.Run(() => WriteInCall(memory, 0, 2), TestContext.Current.CancellationToken);
        UserfaultEvent fault = (await EventsAsync(userfault, 1))[0];
        Assert.True(fault is { IsWriteProtected: true, IsWrite: true });
        Assert.Equal(1, Bytes(memory, 0)[0]);
        userfault.WriteProtect(AddressOf(memory), Page, isProtected: false);
        await writer.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, Bytes(memory, 0)[0]);
    }

    [Fact]
    public void The_page_map_tells_which_pages_were_written_since_they_were_protected()
    {
        Skip.Unless("uffd", OperatingSystem.IsLinux(), "userfaultfd is of Linux");
        using Userfault userfault = Userfault.Open(UserfaultFeatures.WriteProtectAsync | UserfaultFeatures.WriteProtectUnpopulated);
        using var memory = AddressRange.Reserve(16 * Page);
        memory.Commit(0, 16 * Page);
        userfault.Register(AddressOf(memory), 16 * Page, UserfaultModes.WriteProtect);
        userfault.WriteProtect(AddressOf(memory), 16 * Page, isProtected: true);
        Bytes(memory, 2 * Page)[0] = 1;
        Bytes(memory, 3 * Page)[0] = 1;
        Bytes(memory, 9 * Page)[0] = 1;
        using var scan = new PagemapScan();
        Assert.Equal(
            [(AddressOf(memory) + (2 * Page), 2 * Page), (AddressOf(memory) + (9 * Page), Page)],
            scan.Find(AddressOf(memory), 16 * Page, PageCategories.Written));
    }

    [Fact]
    public void The_page_map_tells_private_copies_from_the_pages_of_the_file()
    {
        Skip.Unless("uffd", OperatingSystem.IsLinux(), "memory files are of Linux");
        _file!.Write(0, new byte[16 * Page]);
        AddressRange mapping = AddressRange.Reserve(16 * Page);
        _ranges.Add(mapping);
        mapping.MapFile(0, _file, isPrivate: true);
        Assert.Equal(0, Bytes(mapping, 5 * Page)[0]);
        Bytes(mapping, 7 * Page)[0] = 1;
        using var scan = new PagemapScan();
        Assert.Equal(
            [(AddressOf(mapping) + (7 * Page), Page)],
            scan.Find(AddressOf(mapping), 16 * Page, PageCategories.Present, none: PageCategories.OfFile));
    }

    [Fact]
    public void A_range_that_is_not_mapped_cannot_be_registered()
    {
        Userfault userfault = Usable();
        var failure = Assert.Throws<NativeException>(() => userfault.Register(Page, Page, UserfaultModes.Missing));
        Assert.Contains("cannot register", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _userfault?.Dispose();
        _ranges.ForEach(r => r.Dispose());
        _file?.Dispose();
    }

    private static Userfault? TryOpen()
    {
        try
        {
            return Userfault.Open();
        }
        catch (NativeException)
        {
            return null;
        }
    }

    private static unsafe ulong AddressOf(AddressRange range) => (ulong)range.Base;

    private static unsafe Span<byte> Bytes(AddressRange range, ulong offset) => new(range.Base + offset, 1);

    private static byte ReadInCall(AddressRange range, ulong offset)
    {
        using MemoryFile other = MemoryFile.Create("copy", Page);
        other.Write(0, Bytes(range, offset));
        byte[] read = new byte[1];
        other.Read(0, read);
        return read[0];
    }

    private static void WriteInCall(AddressRange range, ulong offset, byte value)
    {
        using MemoryFile other = MemoryFile.Create("copy", Page);
        other.Write(0, [value]);
        other.Read(0, Bytes(range, offset));
    }

    private static async Task<List<UserfaultEvent>> EventsAsync(Userfault userfault, int count) => await Task.Run(() =>
    {
        List<UserfaultEvent> events = [];
        UserfaultEvent[] buffer = new UserfaultEvent[16];
        while (events.Count < count)
        {
            PollEntry[] entries = [new((int)userfault.DangerousGetHandle(), PollEvents.Readable)];
            Assert.Equal(1, Polling.Poll(entries, (int)Patience.TotalMilliseconds));
            events.AddRange(buffer.AsSpan(0, userfault.Read(buffer)));
        }

        return events;
    });

    private static async Task<HashSet<ulong>> FaultsAsync(Userfault userfault, int count) =>
        [.. (await EventsAsync(userfault, count)).Select(e => e.Address)];

    private Userfault Usable()
    {
        Skip.Unless("uffd", _userfault is { IsUserModeOnly: false }, "userfaultfd that catches the kernel's touches needs root");
        return _userfault!;
    }

    private AddressRange MapPrivately()
    {
        AddressRange range = AddressRange.Reserve(16 * Page);
        _ranges.Add(range);
        range.MapFile(0, _file!, isPrivate: true);
        _userfault!.Register(AddressOf(range), 16 * Page, UserfaultModes.Missing);
        return range;
    }
}
