using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public void A_program_of_several_modules_comes_back_with_everything_at_its_address()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram restored = ImageTransfer.Restore(image, SampleProgram.NewConfigure(out Func<FakeHost> host));

        StoreComparison.AssertSame(sample.Program.Context, restored.Context);
        Assert.Equal([3UL, 1, 4], host().Notes);
        Assert.Same(restored.Context.Store.Modules[0].Module, restored.Context.Store.Modules[2].Module);
        Assert.Same(restored.Context.Store.Modules[0].Memories[0], restored.Context.Store.Modules[1].Memories[0]);
    }

    [Fact]
    public void The_stack_is_resumed_and_the_calls_after_it_are_made()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using RunningProgram restored = ImageTransfer.Restore(image, SampleProgram.NewConfigure());

        Assert.Equal(ProgramStatus.Completed, restored.Run());
        var engine = (StubEngine)restored.Context.Engine;
        CallStack resumed = Assert.Single(engine.Resumed);
        Assert.Equal(sample.MakeStack().Frames.Select(Describe), resumed.Frames.Select(Describe));
        Assert.Equal([sample.Main.Function("_start").Address], engine.Invoked);
    }

    [Fact]
    public void A_program_that_has_not_begun_travels_with_its_calls_and_their_arguments()
    {
        var sample = new SampleProgram();
        using FrozenImage image = ProgramCapture.Capture(sample.Program);
        using RunningProgram restored = ImageTransfer.Restore(image, SampleProgram.NewConfigure());

        Assert.Null(restored.Stack);
        Assert.Equal([20UL], restored.Calls.First().Arguments);
        Assert.Equal(sample.Program.Calls.Select(c => c.FunctionAddress), restored.Calls.Select(c => c.FunctionAddress));
    }

    [Fact]
    public void A_frozen_program_runs_on_when_it_is_thawed_and_its_image_is_closed_then()
    {
        var sample = new SampleProgram();
        FrozenImage image = sample.Freeze();
        Assert.Throws<InvalidOperationException>(() => sample.Program.Run());
        RunningProgram program = image.Thaw();

        Assert.Equal(ImageError.Unavailable, Assert.Throws<ImageException>(() => image.Read(0, 0, new byte[1])).Error);
        image.Dispose();
        Assert.Equal(ProgramStatus.Completed, program.Run());
        program.Dispose();
    }

    [Fact]
    public void Freezing_copies_no_memory()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        ImagePart memory = image.Layout.Parts.First(p => p.Kind == PartKind.Memory);
        sample.Main.Memory("memory").Span(100, 1)[0] = 123;
        var bytes = new byte[1];
        image.Read(memory.Number, 100, bytes);
        Assert.Equal(123, bytes[0]);
    }

    [Fact]
    public void Parts_stand_in_the_order_of_the_layout_and_are_owned_by_the_instance_that_defines_them()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        PartKind[] order =
        [
            PartKind.Configure, PartKind.StoreOutline, PartKind.ModuleSkeleton, PartKind.ModuleSkeleton, PartKind.Stack, PartKind.HostState,
            PartKind.Function, PartKind.Function, PartKind.Function, PartKind.DataSection, PartKind.CustomSections,
            PartKind.Function, PartKind.DataSection, PartKind.CustomSections,
        ];
        Assert.Equal(order, image.Layout.Parts.Take(order.Length).Select(p => p.Kind));
        Assert.Equal([0, 1, 2], image.Layout.Parts.Where(p => p.Kind == PartKind.Table).Select(p => p.Owner));
        Assert.Equal([0, 2], image.Layout.Parts.Where(p => p.Kind == PartKind.Memory).Select(p => p.Owner));
        Assert.Equal([0, 0, 0, 1], image.Layout.Parts.Where(p => p.Kind == PartKind.Function).Select(p => p.Owner));
        Assert.Equal([1], image.Layout.Parts.Where(p => p.Kind == PartKind.Element).Select(p => p.Index));
        Assert.Equal(Enumerable.Range(0, image.Layout.Parts.Length), image.Layout.Parts.Select(p => p.Number));
    }

    [Fact]
    public void A_layout_survives_its_encoding_and_a_function_takes_few_bytes_of_it()
    {
        var parts = Enumerable.Range(0, 18_000).Select(i => new ImagePart(i, PartKind.Function, i, 0, 0, (ulong)(i % 300) + 2));
        var layout = new ImageLayout(Guid.NewGuid(), [.. parts]);
        byte[] bytes = ImageLayoutEncoding.Encode(layout);
        ImageLayout decoded = ImageLayoutEncoding.Decode(bytes);
        Assert.Equal(layout.Id, decoded.Id);
        Assert.Equal(layout.Parts, decoded.Parts);
        Assert.InRange(bytes.Length, 1, 2 * 18_000);
    }

    [Fact]
    public void Bytes_may_arrive_in_any_order_and_any_cut_from_several_threads()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        WriteInPieces(image, restore, p => p.IsSkeleton, seed: 1);
        restore.BuildSkeleton();
        WriteInPieces(image, restore, p => !p.IsSkeleton, seed: 2);
        using RunningProgram program = restore.Complete();
        StoreComparison.AssertSame(sample.Program.Context, program.Context);
    }

    [Fact]
    public void The_same_bytes_twice_are_refused()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        int memory = image.Layout.Parts.First(p => p.Kind == PartKind.Memory).Number;
        restore.Write(memory, 5000, new byte[100]);
        Assert.Equal(ImageError.Corrupt, Assert.Throws<ImageException>(() => restore.Write(memory, 4096, new byte[4096])).Error);
        Assert.Throws<ImageException>(() => restore.WriteZeros(memory, 5099, 1));
        Assert.Throws<ImageException>(() => restore.Write(0, 0, new byte[1]));
    }

    [Fact]
    public void An_image_that_lacks_a_part_is_not_completed()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        foreach (ImagePart missing in image.Layout.Parts.Where(p => !p.IsSkeleton))
        {
            using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
            ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
            restore.BuildSkeleton();
            ImageTransfer.Copy(image, restore, p => !p.IsSkeleton && p != missing);
            Assert.Contains(missing.Kind.ToString(), Assert.Throws<ImageException>(restore.Complete).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_modules_code_is_refused_by_its_SHA_256()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        using var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure());
        ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
        restore.BuildSkeleton();
        ImagePart step = image.Layout.Parts.First(p => p.Kind == PartKind.Function);
        ImageTransfer.Copy(image, restore, p => !p.IsSkeleton && p != step);
        var code = new byte[step.LengthBytes];
        image.Read(step.Number, 0, code);
        code[4] ^= 1;
        restore.Write(step.Number, 0, code);
        Assert.Contains("does not match its SHA-256", Assert.Throws<ImageException>(restore.Complete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_program_can_be_captured_again_and_gives_the_same_parts()
    {
        var sample = new SampleProgram();
        using FrozenImage first = sample.Freeze();
        using RunningProgram restored = ImageTransfer.Restore(first, SampleProgram.NewConfigure());
        using FrozenImage second = ProgramCapture.Capture(restored);
        Assert.Equal(first.Layout.Parts, second.Layout.Parts);
        foreach (ImagePart part in first.Layout.Parts)
        {
            Assert.Equal(Read(first, part), Read(second, part));
        }
    }

    private static byte[] Read(FrozenImage image, ImagePart part)
    {
        var bytes = new byte[part.LengthBytes];
        image.Read(part.Number, 0, bytes);
        return bytes;
    }

    private static void WriteInPieces(FrozenImage image, ProgramRestore restore, Func<ImagePart, bool> chosen, int seed)
    {
        var random = new Random(seed);
        var pieces = new List<(int Part, int Offset, int Length)>();
        foreach (ImagePart part in image.Layout.Parts.Where(chosen))
        {
            for (int offset = 0; offset < (int)part.LengthBytes;)
            {
                int length = Math.Min((int)part.LengthBytes - offset, part.LengthBytes < 8192 ? random.Next(1, 40) : random.Next(1, 3) * random.Next(1000, 5000));
                pieces.Add((part.Number, offset, length));
                offset += length;
            }
        }

        Parallel.ForEach(pieces.OrderBy(_ => random.Next()).ToList(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, piece =>
        {
            var bytes = new byte[piece.Length];
            image.Read(piece.Part, (ulong)piece.Offset, bytes);
            restore.Write(piece.Part, (ulong)piece.Offset, bytes);
        });
    }

    private static string Describe(Frame frame) =>
        $"{frame.FunctionAddress} {frame.Pc} {string.Join(',', frame.Locals)} {string.Join(',', frame.Operands)}";
}
