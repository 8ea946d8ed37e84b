using BenchmarkDotNet.Attributes;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Bench;

/// <summary>What it takes until code runs for the first time: a runtime, an instance, and a first call that lowers or compiles.</summary>
public class CompileBenchmarks
{
    private ValidatedModule _module = null!;

    /// <summary>The engine.</summary>
    [Params("interpreter", "compiler")]
    public string Engine { get; set; } = "";

    /// <summary>Reads the module.</summary>
    [GlobalSetup]
    public void Setup() => _module = ModuleLoader.Load(MicroPrograms.Arithmetic);

    /// <summary>A runtime and an instance, and no call.</summary>
    [Benchmark(Baseline = true)]
    public object Instantiate()
    {
        using var context = new RuntimeContext(new Configure { Engine = c => MicroPrograms.Engine(Engine, c) });
        return context.Instantiate(_module);
    }

    /// <summary>The same, and the first call of a function that calls another.</summary>
    [Benchmark]
    public int FirstCall()
    {
        using var context = new RuntimeContext(new Configure { Engine = c => MicroPrograms.Engine(Engine, c) });
        return context.Instantiate(_module).Call<int>("calls", 4);
    }
}
