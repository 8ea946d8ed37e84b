using System.Globalization;
using System.Text;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Wasi;

namespace QuicWasm.Bench;

/// <summary>A key-value store whose heap is full, frozen to a file at the beginning of its work.</summary>
/// <param name="Image">The file.</param>
/// <param name="Rest">What it writes from there on.</param>
internal sealed record ForkParent(string Image, string Rest)
{
    private const int FillLines = 8;
    private const long StepOfMib = 5_000, SmallStep = 2_000;

    /// <summary>Runs one so far, keeps its image, and runs it to its end.</summary>
    public static ForkParent Make(string file, int heapMib, double touch, int operations)
    {
        using var output = new MemoryStream();
        string[] arguments = ["kv", "--heap-mib", $"{heapMib}", "--operations", $"{operations}", "--touch", touch.ToString(CultureInfo.InvariantCulture)];
        var context = new RuntimeContext(new Configure
        {
            Engine = static c => MicroPrograms.Engine("tiered", c),
            HostModules =
            [
                _ => new WasiModule(new WasiOptions { Arguments = arguments, Stdin = WasiStandardStream.Null, Stdout = WasiStandardStream.FromStream(output) }),
            ],
        });
        ModuleInstance main = context.Instantiate(ModuleLoader.Load(MicroPrograms.Store()), runStart: false);
        using var program = new RunningProgram(context, new PendingCall(main.Function("_start").Address));
        int lines = 0;
        while (lines < FillLines)
        {
            // Slowly when the work is close, so that little of it is done here.
            context.Interruption.RequestAfter(lines == FillLines - 1 ? SmallStep : StepOfMib * heapMib);
            if (program.Run().Outcome != ProgramOutcome.Suspended)
            {
                throw new HarnessException("the parent ended before its heap was full; give more --operations");
            }

            lines = output.ToArray().Count(static b => b == (byte)'\n');
        }

        int written = (int)output.Length;
        FrozenImage image = ProgramCapture.Capture(program);
        ImageFile.Write(image, file);
        image.Thaw();
        program.Run();
        return new ForkParent(file, Encoding.UTF8.GetString(output.ToArray().AsSpan(written)));
    }
}
