using BenchmarkDotNet.Attributes;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Bench;

/// <summary>From a running program to an image, and back.</summary>
public class StateBenchmarks
{
    private RunningProgram _program = null!;
    private RunningProgram _other = null!;
    private FrozenImage _image = null!;
    private Configure _configure = null!;

    /// <summary>Heap in MiB.</summary>
    [Params(4, 32)]
    public int HeapMib { get; set; }

    /// <summary>Suspends two programs; one becomes an image that is read again and again.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _configure = MicroPrograms.Configure(HeapMib);
        _program = MicroPrograms.Suspended(HeapMib);
        _other = MicroPrograms.Suspended(HeapMib);
        _image = ProgramCapture.Capture(_other);
    }

    /// <summary>Ends both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _image.Dispose();
        _program.Dispose();
    }

    /// <summary>Captures, and gives the program back: memories are not copied.</summary>
    [Benchmark]
    public object Capture() => ProgramCapture.Capture(_program).Thaw();

    /// <summary>A new program from the whole image, memory and all, in the same process.</summary>
    [Benchmark]
    public void Restore()
    {
        using RunningProgram restored = ImageTransfer.Restore(_image, _configure);
    }
}
