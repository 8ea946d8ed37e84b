namespace QuicWasm.State.Tests;

public sealed class ImageFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicwasm-state-").FullName;

    private string ImagePath => Path.Combine(_folder, "program.qwi");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_program_comes_back_from_a_file()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        ImageFile.Write(image, ImagePath);
        using ImageFileSource file = ImageFile.Open(ImagePath);
        file.Verify();
        Assert.Equal(image.Layout.Id, file.Layout.Id);
        Assert.Equal(image.Layout.Parts, file.Layout.Parts);
        using RunningProgram restored = ImageTransfer.Restore(file, SampleProgram.NewConfigure());
        StoreComparison.AssertSame(sample.Program.Context, restored.Context);
    }

    [Fact]
    public void Pages_of_zeros_are_not_stored()
    {
        using FrozenImage image = new SampleProgram().Freeze();
        ImageFile.Write(image, ImagePath);
        using ImageFileSource file = ImageFile.Open(ImagePath);
        ImagePart memory = file.Layout.Parts.First(p => p.Kind == PartKind.Memory);
        // "active" at 16; 50,000 bytes from 70,000 on; a byte at 262,146.
        Assert.Equal((1UL + 13 + 1) * 4096, file.StoredMemoryBytes(memory.Number));
        Assert.Equal(0UL, file.KnownZeroBytes(memory.Number, 100));
        Assert.Equal(69632UL - 4096 - 1, file.KnownZeroBytes(memory.Number, 4097));
        Assert.Equal(0UL, file.KnownZeroBytes(0, 0));
        var bytes = new byte[memory.LengthBytes];
        file.Read(memory.Number, 0, bytes);
        Assert.Equal(TamperedSource.Content(image, memory.Number), bytes);
    }

    [Fact]
    public void A_memory_of_zeros_takes_no_room_in_the_file_nor_where_it_is_restored()
    {
        var sample = new SampleProgram();
        sample.Second.Memory("memory").Span(0, 65536).Clear();
        using FrozenImage image = sample.Freeze();
        ImageFile.Write(image, ImagePath);
        using ImageFileSource file = ImageFile.Open(ImagePath);
        ImagePart memory = file.Layout.Parts.Last(p => p.Kind == PartKind.Memory);
        Assert.Equal(0UL, file.StoredMemoryBytes(memory.Number));
        Assert.Equal(memory.LengthBytes, file.KnownZeroBytes(memory.Number, 0));
        using RunningProgram restored = ImageTransfer.Restore(file, SampleProgram.NewConfigure());
        StoreComparison.AssertSame(sample.Program.Context, restored.Context);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_file_that_was_there_and_no_other()
    {
        File.WriteAllText(ImagePath, "before");
        using FrozenImage image = new SampleProgram().Freeze();
        Assert.Throws<InvalidOperationException>(() => ImageFile.Write(new Failing(image), ImagePath));
        Assert.Equal("before", File.ReadAllText(ImagePath));
        Assert.Single(Directory.GetFiles(_folder));
        string nowhere = Path.Combine(_folder, "absent", "x");
        Assert.Equal(ImageError.CaptureFailed, Assert.Throws<ImageException>(() => ImageFile.Write(image, nowhere)).Error);
    }

    [Fact]
    public void A_file_is_for_its_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such permissions on Windows");
        using FrozenImage image = new SampleProgram().Freeze();
        ImageFile.Write(image, ImagePath);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ImagePath));
        }
    }

    [Fact]
    public void A_missing_file_an_empty_one_and_one_of_something_else_are_refused()
    {
        Assert.Equal(ImageError.Unavailable, Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath)).Error);
        File.WriteAllBytes(ImagePath, []);
        Assert.Equal(ImageError.Corrupt, Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath)).Error);
        File.WriteAllBytes(ImagePath, new byte[4096]);
        Assert.Contains("not an image", Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_is_named()
    {
        byte[] bytes = WriteSample();
        bytes[8] = 2;
        File.WriteAllBytes(ImagePath, bytes);
        ImageException error = Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath));
        Assert.Equal(ImageError.UnknownVersion, error.Error);
        Assert.Contains("has version 2; this build reads version 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_end_anywhere()
    {
        byte[] bytes = WriteSample();
        using var stream = new FileStream(ImagePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        IEnumerable<int> lengths = Enumerable.Range(0, bytes.Length).Where(l => l < 300 || l > bytes.Length - 1000 || l % 1009 == 0);
        foreach (int length in lengths.Reverse())
        {
            stream.SetLength(length);
            Assert.Equal(ImageError.Corrupt, Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath)).Error);
        }

        stream.SetLength(bytes.Length + 1);
        Assert.Throws<ImageException>(() => ImageFile.Open(ImagePath));
    }

    [Fact]
    public void Any_stored_byte_may_be_flipped_and_is_found()
    {
        byte[] bytes = WriteSample();
        bool[] isHole = Holes();
        using var stream = new FileStream(ImagePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        for (int i = 0; i < bytes.Length; i += isHole[i] || IsMemory(i) ? 509 : 1)
        {
            WriteByte(stream, i, (byte)(bytes[i] ^ 0x10));
            if (isHole[i])
            {
                Check();
            }
            else
            {
                Assert.Throws<ImageException>(Check);
            }

            WriteByte(stream, i, bytes[i]);
        }

        Check();
        bool IsMemory(int place) => place > 4096 && place < bytes.Length - 4096;
    }

    [Fact]
    public void A_flipped_byte_is_found_while_a_program_is_restored_in_pieces()
    {
        byte[] bytes = WriteSample();
        int place;
        using (ImageFileSource file = ImageFile.Open(ImagePath))
        {
            ImagePart memory = file.Layout.Parts.First(p => p.Kind == PartKind.Memory);
            place = (int)AlignedOffset(file, memory.Number) + 75_000;
        }

        bytes[place] ^= 1;
        File.WriteAllBytes(ImagePath, bytes);
        using ImageFileSource changed = ImageFile.Open(ImagePath);
        ImageException error = Assert.Throws<ImageException>(() => ImageTransfer.Restore(changed, SampleProgram.NewConfigure()));
        Assert.Contains("(Memory 0) does not match its checksum", error.Message, StringComparison.Ordinal);
    }

    private static ulong AlignedOffset(ImageFileSource file, int part)
    {
        ulong offset = 64;
        foreach (ImagePart p in file.Layout.Parts)
        {
            offset = p.Kind == PartKind.Memory ? (offset + 4095) & ~4095UL : offset;
            if (p.Number == part)
            {
                break;
            }

            offset += p.LengthBytes;
        }

        return offset;
    }

    private static void WriteByte(FileStream stream, int place, byte value)
    {
        stream.Position = place;
        stream.WriteByte(value);
        stream.Flush();
    }

    private byte[] WriteSample()
    {
        using FrozenImage image = new SampleProgram().Freeze();
        ImageFile.Write(image, ImagePath);
        return File.ReadAllBytes(ImagePath);
    }

    private void Check()
    {
        using ImageFileSource file = ImageFile.Open(ImagePath);
        file.Verify();
    }

    private bool[] Holes()
    {
        using ImageFileSource file = ImageFile.Open(ImagePath);
        var holes = new bool[new FileInfo(ImagePath).Length];
        foreach (ImagePart part in file.Layout.Parts.Where(p => p.Kind == PartKind.Memory))
        {
            ulong start = AlignedOffset(file, part.Number);
            for (ulong i = 0; i < part.LengthBytes; i++)
            {
                holes[start + i] = file.KnownZeroBytes(part.Number, i) > 0;
            }
        }

        return holes;
    }

    private sealed class Failing(IImageSource source) : IImageSource
    {
        public ImageLayout Layout => source.Layout;

        public void Read(int part, ulong offset, Span<byte> destination)
        {
            if (part == 7)
            {
                throw new InvalidOperationException("in the middle");
            }

            source.Read(part, offset, destination);
        }

        public void Dispose()
        {
        }
    }
}
