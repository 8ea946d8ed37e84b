using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>An image that stays while its program goes on.</summary>
public sealed class ForkTests
{
    private const ulong Page = 4096;

    [Fact]
    public void The_program_goes_on_and_its_image_stays_as_it_was()
    {
        var sample = new SampleProgram();
        sample.Suspend();
        using FrozenImage image = ProgramCapture.Fork(sample.Program);
        byte[] before = Bytes(image);
        sample.Program.Context.Store.Memories[0].Span(0, Page).Fill(0xA5);
        Assert.Equal(before, Bytes(image));
        Assert.Equal(ProgramStatus.Completed, sample.Program.Run());
        Assert.Equal(before, Bytes(image));
        sample.Program.Dispose();
        Assert.Equal(before, Bytes(image));
        Assert.Equal(ImageError.Unavailable, Assert.Throws<ImageException>(image.Thaw).Error);
    }

    [Fact]
    public void An_image_of_changed_pages_over_a_base_is_what_a_full_one_is()
    {
        var sample = new SampleProgram();
        sample.Suspend();
        MemoryInstance memory = sample.Program.Context.Store.Memories[0];
        memory.Grow(2);
        using FrozenImage first = ProgramCapture.Fork(sample.Program);
        byte[] old = MemoryOf(first);
        memory.Span((2 * Page) + 5, 3 * Page).Fill(7);
        memory.Grow(1);
        memory.Span(memory.LengthBytes - 1, 1)[0] = 9;
        byte[] expected = memory.Span(0, memory.LengthBytes).ToArray();
        using FrozenImage second = ProgramCapture.Fork(sample.Program);
        memory.Span(0, memory.LengthBytes).Fill(1);
        byte[] third = memory.Span(0, memory.LengthBytes).ToArray();
        using (FrozenImage frozen = ProgramCapture.Capture(sample.Program))
        {
            Assert.Equal(third, MemoryOf(frozen));
        }

        Assert.Equal(expected, MemoryOf(second));
        Assert.Equal(old, MemoryOf(first));
    }

    [Fact]
    public void What_an_image_knows_to_be_zero_is_zero()
    {
        var sample = new SampleProgram();
        sample.Suspend();
        MemoryInstance memory = sample.Program.Context.Store.Memories[0];
        memory.Grow(3);
        using FrozenImage first = ProgramCapture.Fork(sample.Program);
        memory.Span(100 * Page, 1)[0] = 1;
        using FrozenImage second = ProgramCapture.Fork(sample.Program);
        foreach (FrozenImage image in new[] { first, second })
        {
            int part = PartOf(image);
            byte[] bytes = MemoryOf(image);
            ulong known = 0;
            for (ulong offset = 0; offset < (ulong)bytes.Length; offset += Page)
            {
                ulong zeros = image.KnownZeroBytes(part, offset);
                Assert.False(bytes.AsSpan((int)offset, (int)zeros).ContainsAnyExcept((byte)0));
                known += Math.Min(zeros, Page);
            }

            Assert.True(!OperatingSystem.IsLinux() || known > (ulong)bytes.Length / 2, $"{known} of {bytes.Length} bytes are known to be zero");
        }

        sample.Program.Dispose();
    }

    [Fact]
    public void Children_of_a_fork_and_its_parent_come_to_the_same_end()
    {
        var sample = new SampleProgram();
        sample.Suspend();
        using FrozenImage image = ProgramCapture.Fork(sample.Program);
        Assert.Equal(ProgramStatus.Completed, sample.Program.Run());
        for (int i = 0; i < 2; i++)
        {
            using RunningProgram child = ImageTransfer.Restore(image, SampleProgram.NewConfigure());
            Assert.Equal(ProgramStatus.Completed, child.Run());
        }

        sample.Program.Dispose();
    }

    private static int PartOf(FrozenImage image) => image.Layout.Parts.First(p => p.Kind == PartKind.Memory).Number;

    private static byte[] MemoryOf(FrozenImage image)
    {
        ImagePart part = image.Layout.Parts[PartOf(image)];
        byte[] bytes = new byte[part.LengthBytes];
        image.Read(part.Number, 0, bytes);
        return bytes;
    }

    private static byte[] Bytes(FrozenImage image)
    {
        var all = new MemoryStream();
        foreach (ImagePart part in image.Layout.Parts)
        {
            byte[] bytes = new byte[part.LengthBytes];
            image.Read(part.Number, 0, bytes);
            all.Write(bytes);
        }

        return all.ToArray();
    }
}
