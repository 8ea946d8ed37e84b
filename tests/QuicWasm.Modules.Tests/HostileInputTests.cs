using System.Diagnostics;

namespace QuicWasm.Modules.Tests;

public sealed class HostileInputTests
{
    private const int LargestModule = 1_500;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>One module a script, which is small enough to be damaged at every byte.</summary>
    private static IEnumerable<byte[]> Samples() => SpecSuite.Scripts
        .Select(script => SpecSuite.Commands(script)
            .Where(command => command.LoadsAModule && new FileInfo(command.File).Length <= LargestModule)
            .MaxBy(command => new FileInfo(command.File).Length))
        .OfType<SpecCommand>()
        .Select(command => command.ReadBinary());

    [Fact]
    public void A_binary_that_is_cut_short_gives_a_module_exception_or_loads()
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        foreach (byte[] binary in Samples())
        {
            for (int length = 0; length < binary.Length; length++)
            {
                Try(() => Use(ModuleLoader.Load(binary.AsMemory(0, length))));
            }
        }
    }

    [Fact]
    public void A_binary_with_a_wrong_byte_gives_a_module_exception_or_loads()
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        foreach (byte[] binary in Samples())
        {
            Damage(binary, damaged => Use(ModuleLoader.Load(damaged)));
        }
    }

    [Fact]
    public void A_skeleton_that_is_damaged_gives_a_module_exception_or_loads()
    {
        Assert.SkipWhen(SpecSuite.Folder is null, SpecSuite.SkipReason);
        foreach (byte[] binary in Samples())
        {
            Module whole = ModuleReader.Read(binary);
            byte[] skeleton = ModuleSkeleton.Write(whole);
            for (int length = 0; length < skeleton.Length; length++)
            {
                Try(() => Complete(ModuleReader.ReadSkeleton(skeleton.AsMemory(0, length)), whole));
            }

            Damage(skeleton, damaged => Complete(ModuleReader.ReadSkeleton(damaged), whole));
        }
    }

    [Fact]
    public void Random_bytes_after_the_header_give_a_module_exception()
    {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            Try(() => Use(ModuleLoader.Load((byte[])[.. WasmBytes.Header, (byte)random.Next(13), .. bytes])));
        }
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] blocks = [.. Enumerable.Repeat((byte[])[2, 0x40], 60_000).SelectMany(block => block)];
        byte[] code = [0, .. blocks, .. Enumerable.Repeat((byte)0x0B, 60_001)];
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(WasmBytes.Functions(code)));
        Assert.Equal(ModuleError.LimitExceeded, exception.Error);
    }

    [Fact]
    public void An_operand_stack_that_is_too_deep_is_refused()
    {
        byte[] code = [0, .. Enumerable.Repeat((byte[])[0x41, 0], 200_000).SelectMany(value => value), 0, 0x0B];
        ModuleException exception = Assert.Throws<ModuleException>(() => ModuleLoader.Load(WasmBytes.Functions(code)));
        Assert.Equal(ModuleError.LimitExceeded, exception.Error);
    }

    private static void Damage(byte[] bytes, Action<byte[]> use)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            byte original = bytes[i];
            foreach (byte value in (ReadOnlySpan<byte>)[(byte)(original ^ 1), (byte)(original ^ 0x80), (byte)~original, 0xFF])
            {
                byte[] damaged = [.. bytes];
                damaged[i] = value;
                Try(() => use(damaged));
            }
        }
    }

    private static void Use(ValidatedModule module)
    {
        _ = module.Module.Names;
        for (int i = 0; i < module.Module.Functions.Length; i++)
        {
            ResumePointTable points = ResumePoints.Of(module, i);
            Assert.Equal(ResumePointKinds.FunctionEntry, points[0].Kinds & ResumePointKinds.FunctionEntry);
        }
    }

    private static void Complete(Module module, Module whole)
    {
        ValidatedModule validated = ModuleValidator.Validate(module);
        module.ProvideDataSection(ModuleParts.DataSection(whole));
        module.ProvideCustomSections(ModuleParts.CustomSections(whole));
        for (int i = 0; i < Math.Min(module.Functions.Length, whole.Functions.Length); i++)
        {
            module.Functions[i].Provide(whole.Functions[i].Code);
            validated.EnsureBodyValidated(i);
        }

        if (BinaryAssembler.IsComplete(module))
        {
            _ = BinaryAssembler.Assemble(module);
        }
    }

    private static void Try(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            action();
        }
        catch (ModuleException exception)
        {
            Assert.NotEmpty(exception.Detail);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Longest);
    }
}
