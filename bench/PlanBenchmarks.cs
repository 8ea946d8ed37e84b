using BenchmarkDotNet.Attributes;
using QuicWasm.Migration;
using QuicWasm.State;

namespace QuicWasm.Bench;

/// <summary>Cutting an image into granules.</summary>
public class PlanBenchmarks
{
    private FrozenImage _image = null!;
    private ICopyGranularity _granularity = null!;

    /// <summary>The granularity.</summary>
    [Params("page", "mixture", "instance", "module", "whole-binary")]
    public string Granularity { get; set; } = "";

    /// <summary>Makes an image.</summary>
    [GlobalSetup]
    public void Setup()
    {
        const int heapMib = 4;
        _granularity = CopyGranularity.Named(Granularity);
        _image = ProgramCapture.Capture(MicroPrograms.Suspended(heapMib));
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public void Cleanup() => _image.Dispose();

    /// <summary>The plan of a whole image.</summary>
    [Benchmark]
    public object Plan() => _granularity.Plan(_image.Layout, new GranularityOptions());
}
