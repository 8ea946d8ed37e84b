using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>Whatever fails, everything that was made before is unmade, in reverse order.</summary>
public sealed class CleanupTests
{
    [Fact]
    public void A_failure_of_any_step_of_a_restore_leaves_nothing()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        var steps = new List<string>();
        ImageTransfer.Restore(image, SampleProgram.NewConfigure() with { OnInitializationStep = steps.Add }).Dispose();
        Assert.Contains("image configure", steps);
        Assert.Contains("host state", steps);
        Assert.Equal(steps.IndexOf("memory source") + 1, steps.IndexOf("cells"));

        for (int failing = 0; failing < steps.Count; failing++)
        {
            int left = failing;
            RuntimeContext? context = null;
            Configure configure = SampleProgram.NewConfigure(out Func<FakeHost> host) with
            {
                Engine = c =>
                {
                    context = c;
                    return new StubEngine();
                },
                OnInitializationStep = name =>
                {
                    if (left-- == 0)
                    {
                        throw new IOException(name);
                    }
                },
            };
            Assert.Equal(steps[failing], Assert.Throws<IOException>(() => ImageTransfer.Restore(image, configure)).Message);
            Assert.True(host() is not { IsDisposed: false }, $"the host module is left after \"{steps[failing]}\" failed");
            Assert.Equal(0, context?.MemorySource.RangesInUse ?? 0);
        }
    }

    [Fact]
    public void A_host_module_that_refuses_its_state_leaves_nothing_half_resumed()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        RuntimeContext? context = null;
        FakeHost? host = null;
        var configure = new Configure { Engine = c => { context = c; return new StubEngine(); }, HostModules = [_ => host = new FakeHost(refuses: true)] };
        ImageException error = Assert.Throws<ImageException>(() => ImageTransfer.Restore(image, configure));
        Assert.Equal(ImageError.Unavailable, error.Error);
        Assert.Contains("folder \"data\"", error.Message, StringComparison.Ordinal);
        Assert.True(host!.IsDisposed);
        Assert.Equal(0, context!.MemorySource.RangesInUse);
    }

    [Fact]
    public void A_missing_host_module_or_a_lower_limit_is_named()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        Configure good = SampleProgram.NewConfigure();
        Assert.Contains("\"host\" \"note\"", Refused(image, good with { HostModules = [] }, ImageError.Unavailable), StringComparison.Ordinal);
        Assert.Contains("linear memory limit", Refused(image, good with { MaxMemoryBytes = 1 << 20 }, ImageError.LimitExceeded), StringComparison.Ordinal);
        Assert.Contains("table limit", Refused(image, good with { MaxTableElements = 10 }, ImageError.LimitExceeded), StringComparison.Ordinal);
        Assert.Contains("stack limit", Refused(image, good with { MaxStackBytes = 4096 }, ImageError.LimitExceeded), StringComparison.Ordinal);
        Assert.Contains("Simd", Refused(image, good with { Features = new(Modules.Proposals.Wasm2 & ~Modules.Proposals.Simd) }, ImageError.Unavailable), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_the_program_hold_where_the_destination_allows_more()
    {
        var sample = new SampleProgram(c => c with { MaxMemoryBytes = 6 << 16 });
        using FrozenImage image = sample.Freeze();
        using RunningProgram restored = ImageTransfer.Restore(image, SampleProgram.NewConfigure());
        Assert.Equal(6UL, restored.Context.Store.Memories[0].PageLimit);
        Assert.Equal(6UL << 16, restored.Context.Configure.MaxMemoryBytes);
    }

    [Fact]
    public void A_pool_that_is_too_small_is_an_error_that_leaves_nothing()
    {
        var sample = new SampleProgram(c => c with { MaxMemoryBytes = 6 << 16 });
        using FrozenImage image = sample.Freeze();
        Configure small = SampleProgram.NewConfigure() with { Allocation = new MemoryAllocation.FromPool(8 << 16) };
        Assert.Contains("memory pool", Refused(image, small, ImageError.LimitExceeded), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_cannot_be_captured_runs_on()
    {
        var sample = new SampleProgram();
        sample.Engine.Suspensions.Enqueue(sample.MakeStack());
        sample.Program.Run();
        sample.Host.CannotCapture = true;
        ImageException error = Assert.Throws<ImageException>(() => ProgramCapture.Capture(sample.Program));
        Assert.Equal(ImageError.CaptureFailed, error.Error);
        Assert.Contains("a socket is open", error.Message, StringComparison.Ordinal);
        Assert.Equal(ProgramStatus.Completed, sample.Program.Run());
        sample.Program.Dispose();
    }

    [Fact]
    public void Disposing_an_image_frees_the_program_and_disposing_its_frozen_program_does_not()
    {
        var sample = new SampleProgram();
        FrozenImage image = sample.Freeze();
        sample.Program.Dispose();
        Assert.False(sample.Host.IsDisposed);
        image.Dispose();
        Assert.True(sample.Host.IsDisposed);
        Assert.Equal(0, sample.Program.Context.MemorySource.RangesInUse);
    }

    [Fact]
    public void A_restore_that_is_given_up_halfway_leaves_nothing()
    {
        var sample = new SampleProgram();
        using FrozenImage image = sample.Freeze();
        RuntimeContext? context = null;
        using (var restore = ProgramRestore.Begin(image.Layout, SampleProgram.NewConfigure() with { Engine = c => { context = c; return new StubEngine(); } }))
        {
            ImageTransfer.Copy(image, restore, p => p.IsSkeleton);
            restore.BuildSkeleton();
            restore.Dispose();
            int memory = image.Layout.Parts.First(p => p.Kind == PartKind.Memory).Number;
            Assert.Equal(ImageError.Unavailable, Assert.Throws<ImageException>(() => restore.Write(memory, 0, new byte[1])).Error);
        }

        Assert.Equal(0, context!.MemorySource.RangesInUse);
    }

    private static string Refused(FrozenImage image, Configure configure, ImageError expected)
    {
        ImageException error = Assert.Throws<ImageException>(() => ImageTransfer.Restore(image, configure));
        Assert.Equal(expected, error.Error);
        return error.Message;
    }
}
