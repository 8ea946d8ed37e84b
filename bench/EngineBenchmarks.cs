using BenchmarkDotNet.Attributes;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Bench;

/// <summary>Running code.</summary>
public class EngineBenchmarks
{
    private const int Iterations = 1_000_000;

    private readonly ulong[] _arguments = [1, 2];
    private readonly ulong[] _results = new ulong[1];
    private RuntimeContext _context = null!;
    private FunctionInstance _function = null!;
    private Func<int, int, int> _add = null!;
    private Func<int, int> _loop = null!;
    private Func<int, int> _calls = null!;

    /// <summary>The engine.</summary>
    [Params("interpreter", "compiler", "tiered")]
    public string Engine { get; set; } = "";

    /// <summary>Links the module, and lets the engine compile what it wants to.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _context = new RuntimeContext(new Configure { Engine = context => MicroPrograms.Engine(Engine, context) });
        ModuleInstance instance = _context.Instantiate(ModuleLoader.Load(MicroPrograms.Arithmetic));
        _function = instance.Function("add");
        _add = instance.GetFunction<Func<int, int, int>>("add");
        _loop = instance.GetFunction<Func<int, int>>("loop");
        _calls = instance.GetFunction<Func<int, int>>("calls");
        if (_loop(4) != 10 || _calls(4) != 10)
        {
            throw new HarnessException("the loop does not add up");
        }
    }

    /// <summary>Ends the runtime.</summary>
    [GlobalCleanup]
    public void Cleanup() => _context.Dispose();

    /// <summary>A call from C# and back, with slots.</summary>
    [Benchmark]
    public ulong CallBySlots()
    {
        _context.Invoke(_function, _arguments, _results);
        return _results[0];
    }

    /// <summary>The same through a delegate of C# types, which makes objects of them.</summary>
    [Benchmark]
    public int CallFromHost() => _add(1, 2);

    /// <summary>An iteration of a loop with a safe point in it.</summary>
    [Benchmark(OperationsPerInvoke = Iterations)]
    public int Loop() => _loop(Iterations);

    /// <summary>An iteration with a call of another function in it.</summary>
    [Benchmark(OperationsPerInvoke = Iterations)]
    public int LoopWithCall() => _calls(Iterations);
}
