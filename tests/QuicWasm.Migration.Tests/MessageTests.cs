using System.Buffers;
using QuicWasm.Native;
using QuicWasm.State;

namespace QuicWasm.Migration.Tests;

/// <summary>Every message comes back as it was, and broken ones are refused with this layer's exception.</summary>
public sealed class MessageTests
{
    private static readonly Guid A = new("11111111-2222-3333-4444-555555555555");
    private static readonly Guid B = new("66666666-7777-8888-9999-aaaaaaaaaaaa");

    private static readonly Message[] All =
    [
        new HelloMessage(ProtocolLimits.Version, 1 << 20, "node A", 3),
        new ErrorMessage(MigrationError.ClaimLost, "the claim is over; ask again ☃"),
        new PlainMessage(MessageKind.ListImages),
        new ImageListMessage([new ImageEntry(A, "one", ImageState.Claimed, 3, 1UL << 40), new ImageEntry(B, "", ImageState.Committed, 1, 0)]),
        new OpenImageMessage(A, Granularity.Mixture, new GranularityOptions(65536, CopyMode.Cow, true), Prefetch.Stack | Prefetch.Recorded),
        new ImageOpenedMessage(7, "program", RandomLayouts.Program(50, 1 << 20, 2), 1, [new PartRange(0, 0, 1), new PartRange(1, 0, 2)]),
        new GetGranulesMessage(7, [new GranuleRun(0, 1), new GranuleRun(1000, 70_000)], BlockCodec.Zstd),
        new ClaimMessage(A, B, IsShared: true),
        new ClaimedMessage(A, 9, 30_000),
        new OwnershipMessage(MessageKind.Commit, A, B, 9),
        new OwnershipMessage(MessageKind.Committed, A, B, 9),
        new OwnershipMessage(MessageKind.Release, A, B, 9),
        new OwnershipMessage(MessageKind.Released, A, B, 9),
        new OwnershipMessage(MessageKind.Done, A, B, 9),
        new OwnershipMessage(MessageKind.Finished, A, B, ulong.MaxValue),
        new FreezeMessage(A, IsFlat: true),
        new FrozenMessage(B),
        new PlainMessage(MessageKind.Status),
        new StatusReportMessage(new NodeStatus("node", [new ProgramEntry(A, "p")], 3, 4, 5, 6)),
        new GranuleZerosMessage(int.MaxValue, 4096, ulong.MaxValue, 77),
        new OrderMessage(new ResumeOrder("tls:node1.example:7000", new MigrationRequest { Image = A, Program = B, Streams = 3, FreezesProgram = true, Compression = Compression.Auto, Prefetch = Prefetch.Stack | Prefetch.Push, RecordTime = TimeSpan.FromMilliseconds(5) })),
        new OrderedMessage(new OrderReceipt(A, "files there")),
        new AwaitEndMessage(B),
        new KeepWorkingSetMessage(A, B, 9, [new PartRange(3, 4096, 8192), new PartRange(0, 0, 1)]),
        new WorkingSetKeptMessage(A),
        new EndMessage(new OrderedEnd(OrderedOutcome.Completed, -1, "")),
        new GetCodeMessage(7, "engine 10.0"),
        new CodeMessage([new byte[] { 1, 2, 3 }, ReadOnlyMemory<byte>.Empty]),
        new ForkMessage(A, B),
        new ForkOrderMessage(new ForkOrder(new ResumeOrder("tcp:127.0.0.1:7000", new MigrationRequest { Image = A }), 4, 9, ["kv", "--seed", "{index}"])),
        new ForkOrderedMessage([new OrderReceipt(A, "one"), new OrderReceipt(B, "other")]),
    ];

    public static TheoryData<int> Indexes() => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Indexes))]
    public void A_message_comes_back_as_it_was(int index)
    {
        byte[] bytes = Encode(All[index]);
        Message read = Message.Read(All[index].Kind, bytes);
        Assert.Equal(All[index].GetType(), read.GetType());
        Assert.Equal(bytes, Encode(read));
        Assert.Equal(All[index].Kind, read.Kind);
    }

    [Fact]
    public void Every_kind_has_a_message_in_these_tests()
    {
        MessageKind[] kinds = [.. Enum.GetValues<MessageKind>().Where(k => k is not (MessageKind.GranuleChunk or MessageKind.GranuleBlock))];
        Assert.Equal(kinds, All.Select(m => m.Kind).Order());
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void A_message_that_is_cut_short_is_refused(int index)
    {
        byte[] bytes = Encode(All[index]);
        for (int length = 0; length < bytes.Length; length++)
        {
            Refuses(All[index].Kind, bytes.AsSpan(0, length));
        }
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void A_message_with_bytes_after_its_end_is_refused(int index) => Refuses(All[index].Kind, [.. Encode(All[index]), 0]);

    [Theory]
    [MemberData(nameof(Indexes))]
    public void A_changed_message_is_read_or_refused_and_nothing_else(int index)
    {
        byte[] bytes = Encode(All[index]);
        Random random = new(index);
        for (int round = 0; round < 2000 && bytes.Length > 0; round++)
        {
            byte[] changed = [.. bytes];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            ReadsOrRefuses(All[index].Kind, changed);
        }
    }

    [Fact]
    public void Noise_is_refused_with_bounded_memory()
    {
        Random random = new(5);
        byte[] noise = new byte[64];
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Rounds = 20_000;
        for (int round = 0; round < Rounds; round++)
        {
            random.NextBytes(noise);
            ReadsOrRefuses((MessageKind)random.Next(0, 30), noise.AsSpan(0, random.Next(noise.Length)));
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < Rounds * 16_000L);
    }

    [Fact]
    public void Counts_are_checked_before_anything_is_allocated()
    {
        Refuses(MessageKind.ImageList, [0xff, 0xff, 0xff, 0xff, 0x07]);
        Refuses(MessageKind.GetGranules, [1, 0, 0, 0, 0, 0xff, 0xff, 0x03]);
        Refuses(MessageKind.GetGranules, [1, 0, 0, 0, 0, 0]);
        Refuses(MessageKind.GetGranules, [1, 0, 0, 0, 3, 1, 0, 1]);
        Refuses(MessageKind.GetGranules, [1, 0, 0, 0, 0, 1, 5, 0]);
        Refuses(MessageKind.GetGranules, [1, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x07, 1]);
        Refuses(MessageKind.Hello, [(byte)ProtocolLimits.Version, 0, 0, 0, 0, 0, 0x80, 0x80, 0x04]);
        Refuses(MessageKind.Hello, [(byte)ProtocolLimits.Version, 0, 0, 0, 0, 0, 2, 0xc3, 0x28]);
        Refuses(MessageKind.Hello, [(byte)ProtocolLimits.Version, 0, 0, 0, 0, 0, 0x80, 0x00]);
        Refuses(MessageKind.Error, [0, 0]);
        Refuses(MessageKind.Error, [99, 0]);
        Refuses(MessageKind.GranuleChunk, []);
        Refuses(MessageKind.KeepWorkingSet, [.. new byte[40], 0x81, 0x20]);
        Refuses(MessageKind.KeepWorkingSet, [.. new byte[40], 1, 0, 0, 0]);
        Refuses(MessageKind.OpenImage, [.. new byte[16], 1, 0, 16, 0, 0, 1, 0, 8]);
        Refuses(MessageKind.ImageOpened, [7, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07]);
        Refuses(MessageKind.ImageOpened, [7, 0, 0, 0, 0, 0, 1]);
        Refuses(0, []);
    }

    [Fact]
    public void Of_a_hello_of_another_version_only_the_version_is_looked_at() =>
        Assert.Equal(ProtocolLimits.Version + 1, ((HelloMessage)Message.Read(MessageKind.Hello, [(byte)ProtocolLimits.Version + 1, 0, 77])).Version);

    [Fact]
    public void A_text_that_is_too_long_is_cut_at_a_character()
    {
        string text = new('☃', 5000);
        ErrorMessage read = (ErrorMessage)Message.Read(MessageKind.Error, Encode(new ErrorMessage(MigrationError.ClaimLost, text)));
        Assert.Equal(ProtocolLimits.MaxTextBytes / 3, read.Text.Length);
        Assert.StartsWith(read.Text, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chunk_header_comes_back_as_it_was()
    {
        byte[] bytes = new byte[GranuleChunkHeader.LengthBytes];
        GranuleChunkHeader header = new(int.MaxValue, 1UL << 40, true, uint.MaxValue);
        header.Write(bytes);
        Assert.Equal(header, GranuleChunkHeader.Read(bytes));
        bytes[12] = 2;
        Assert.Throws<MigrationException>(() => GranuleChunkHeader.Read(bytes));
        bytes[12] = 0;
        bytes[3] = 0xff;
        Assert.Throws<MigrationException>(() => GranuleChunkHeader.Read(bytes));
        Assert.Throws<MigrationException>(() => GranuleChunkHeader.Read(bytes.AsSpan(1)));
    }

    [Fact]
    public void A_hint_outside_of_the_image_is_refused()
    {
        ImageLayout layout = RandomLayouts.Program(50, 1 << 20, 2);
        ulong length = layout.Parts[1].LengthBytes;
        Refuses(MessageKind.ImageOpened, Encode(new ImageOpenedMessage(7, "", layout, 0, [new PartRange(1, length, 1)])));
        Refuses(MessageKind.ImageOpened, Encode(new ImageOpenedMessage(7, "", layout, 0, [new PartRange(layout.Parts.Length, 0, 1)])));
        Refuses(MessageKind.ImageOpened, Encode(new ImageOpenedMessage(7, "", layout, 2, [new PartRange(1, 0, 1)])));
    }

    [Fact]
    public void A_function_costs_few_bytes_of_a_layout()
    {
        ImageLayout layout = RandomLayouts.Program(18_000, 1UL << 30);
        Assert.True(Encode(new ImageOpenedMessage(1, "", layout)).Length < 18_000 * 3);
    }

    private static byte[] Encode(Message message)
    {
        ArrayBufferWriter<byte> output = new();
        message.Write(output);
        return output.WrittenSpan.ToArray();
    }

    private static void Refuses(MessageKind kind, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        MigrationException error = Assert.Throws<MigrationException>(() => Message.Read(kind, copy));
        Assert.Equal(MigrationError.ProtocolViolation, error.Error);
    }

    private static void ReadsOrRefuses(MessageKind kind, ReadOnlySpan<byte> bytes)
    {
        try
        {
            Message.Read(kind, bytes);
        }
        catch (MigrationException e)
        {
            Assert.Equal(MigrationError.ProtocolViolation, e.Error);
        }
    }
}
