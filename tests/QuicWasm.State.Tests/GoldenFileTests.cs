using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.State.Tests;

/// <summary>
/// A committed image file must stay readable. It is a program of <see cref="Samples.Main"/>, stopped in the middle of <c>run(12)</c>;
/// a new version of the format gets a file of its own beside it (run the explicit test with its path in QUICWASM_WRITE_GOLDEN).
/// </summary>
public sealed class GoldenFileTests
{
    [Theory]
    [InlineData("golden-v1.qwi", 4)]
    [InlineData("golden-v2.qwi", 5)]
    public void The_golden_file_is_resumed_and_ends_as_it_must(string name, int noteCount)
    {
        using ImageFileSource file = ImageFile.Open(PathOf(name));
        file.Verify();
        using RunningProgram program = ImageTransfer.Restore(file, NewConfigure(out Func<FakeHost> host));
        Assert.Equal(Enumerable.Range(0, noteCount).Select(i => (ulong)i), host().Notes);
        Assert.Equal(ProgramStatus.Completed, program.Run());
        Assert.Equal([7UL + 66], program.LastResults.ToArray());
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (ulong)i), host().Notes);
        Assert.Equal(11, program.Context.Store.Memories[0].Span(4 * 27, 4)[0]);
    }

    [Theory]
    [InlineData("golden-v1.qwi")]
    [InlineData("golden-v2.qwi")]
    public void The_golden_file_is_written_as_it_is(string name)
    {
        string path = Path.GetTempFileName();
        try
        {
            using ImageFileSource file = ImageFile.Open(PathOf(name));
            ImageFile.Write(file, path);
            Assert.Equal(File.ReadAllBytes(PathOf(name)), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("golden-v1.qwi")]
    [InlineData("golden-v2.qwi")]
    public void The_golden_file_is_described(string name)
    {
        using ImageFileSource file = ImageFile.Open(PathOf(name));
        ImageDescription description = ImageInspector.Describe(file);
        Assert.Equal("interpreter", description.Configure.Engine);
        Assert.Equal(["run", "step"], description.Frames.Select(f => f.Function));
        Assert.Equal(4096UL, Assert.Single(description.Memories).StoredBytes);
    }

    [Fact(Explicit = true)]
    public void A_golden_file_is_written_on_demand()
    {
        string path = Environment.GetEnvironmentVariable("QUICWASM_WRITE_GOLDEN") ?? Path.GetTempFileName();
        var context = new RuntimeContext(NewConfigure(out _));
        ModuleInstance instance = context.Instantiate(ModuleLoader.Load(Samples.Main));
        using var program = new RunningProgram(context, new PendingCall(instance.Function("run").Address, [12]));
        int attempt = 0;
        do
        {
            context.Interruption.RequestAfter(2 + (attempt++ % 2));
            Assert.Equal(ProgramStatus.Suspended, program.Run());
        }
        while (program.Stack!.Frames.Length < 2 || ((FakeHost)context.HostModules[0]).Notes.Count < 3);

        using FrozenImage image = ProgramCapture.Capture(program);
        ImageFile.Write(image, path);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static Configure NewConfigure(out Func<FakeHost> host) =>
        SampleProgram.NewConfigure(out host) with { Engine = context => new InterpreterEngine(context) };
}
