namespace QuicWasm.State.Tests;

public sealed class InspectorTests
{
    [Fact]
    public void A_description_names_modules_memories_host_state_and_the_functions_on_the_stack()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        ImageDescription description = ImageInspector.Describe(image);

        Assert.Equal("stub", description.Configure.Engine);
        Assert.Equal(["host"], description.Configure.HostModules);
        Assert.Equal(["main", "side"], description.Modules.Select(m => m.Name));
        Assert.Equal(Convert.ToHexStringLower(sample.Main.Module.Module.Sha256.AsSpan()), description.Modules[0].Sha256);
        Assert.Equal(3, description.Modules[0].FunctionCount);
        Assert.Equal((ulong)Samples.Main.Length, description.Modules[0].BinaryBytes);
        Assert.Equal([new InstanceDescription(0, "main"), new InstanceDescription(1, "side"), new InstanceDescription(0, null)], description.Instances);
        Assert.Equal([5UL, 2UL], description.Memories.Select(m => m.PageCount));
        Assert.Equal(8UL, description.Memories[0].MaximumPages);
        Assert.Equal([new HostStateDescription("host", 7)], description.HostStates);
        Assert.Equal(["_start"], description.Calls);
        Assert.Equal(["run", "step"], description.Frames.Select(f => f.Function));
        Assert.Equal(sample.MakeStack().Frames.Select(f => f.Pc), description.Frames.Select(f => f.Pc));
        Assert.Equal([2, 1], description.Frames.Select(f => f.LocalSlots));
        Assert.Same(image.Layout, description.Layout);
    }

    [Fact]
    public void Inspecting_a_file_gives_what_inspecting_its_image_gives()
    {
        using FrozenImage image = new SampleProgram().Freeze();
        string path = Path.GetTempFileName();
        try
        {
            ImageFile.Write(image, path);
            using ImageFileSource file = ImageFile.Open(path);
            ImageDescription description = ImageInspector.Describe(file);
            Assert.Equal(ImageInspector.Describe(image).Frames, description.Frames);
            Assert.Equal(15UL * 4096, description.Memories[0].StoredBytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_image_whose_parts_are_changed_is_described_or_refused()
    {
        using FrozenImage image = new SampleProgram().Freeze();
        foreach (ImagePart part in image.Layout.Parts.Where(p => p.IsSkeleton || p.Kind == PartKind.CustomSections))
        {
            byte[] content = TamperedSource.Content(image, part.Number);
            for (int i = 0; i < content.Length; i++)
            {
                byte[] changed = [.. content];
                changed[i] ^= 0xFF;
                try
                {
                    ImageInspector.Describe(new TamperedSource(image, part.Number, changed));
                }
                catch (ImageException)
                {
                    // Refused, as it may be.
                }
            }
        }
    }
}
