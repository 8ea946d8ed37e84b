using BenchmarkDotNet.Attributes;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Bench;

/// <summary>A captured stack goes on, and is captured again at its next safe point: what an engine does of a freeze and of a resume.</summary>
public class StackBenchmarks
{
    private RuntimeContext _context = null!;
    private CallStack _stack = null!;

    /// <summary>The engine.</summary>
    [Params("interpreter", "compiler")]
    public string Engine { get; set; } = "";

    /// <summary>Frames of the stack.</summary>
    [Params(1, 1000)]
    public int Frames { get; set; }

    /// <summary>Calls so deep, and suspends in the innermost loop.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _context = new RuntimeContext(new Configure { Engine = context => MicroPrograms.Engine(Engine, context) });
        ModuleInstance instance = _context.Instantiate(ModuleLoader.Load(MicroPrograms.Recursion));
        _context.Interruption.RequestAfter(Frames + 10);
        _stack = _context.Engine.Invoke(instance.Function("deep"), [(ulong)Frames - 1], new ulong[1]).Stack!;
        if (_stack.Frames.Length != Frames || ResumeAndCapture() != Frames)
        {
            throw new HarnessException($"the stack has {_stack.Frames.Length} frames");
        }
    }

    /// <summary>Ends the runtime.</summary>
    [GlobalCleanup]
    public void Cleanup() => _context.Dispose();

    /// <summary>Resumes all frames, goes once around the loop, and captures them.</summary>
    [Benchmark]
    public int ResumeAndCapture()
    {
        Span<ulong> results = stackalloc ulong[1];
        _context.Interruption.Clear();
        _context.Interruption.RequestAfter(1);
        return _context.Resume(_stack, results).Stack!.Frames.Length;
    }
}
