using BenchmarkDotNet.Attributes;
using QuicWasm.Modules;

namespace QuicWasm.Bench;

/// <summary>From bytes to a module that can run.</summary>
public class ModuleBenchmarks
{
    private readonly byte[] _binary = MicroPrograms.Store();
    private Module _module = null!;

    /// <summary>Reads the module once.</summary>
    [GlobalSetup]
    public void Setup() => _module = ModuleReader.Read(_binary);

    /// <summary>Reads the key-value store's binary.</summary>
    [Benchmark]
    public object Decode() => ModuleReader.Read(_binary);

    /// <summary>Validates it, bodies and all.</summary>
    [Benchmark]
    public object Validate()
    {
        ValidatedModule validated = ModuleValidator.Validate(_module);
        for (int i = 0; i < _module.Functions.Length; i++)
        {
            validated.EnsureBodyValidated(i);
        }

        return validated;
    }
}
