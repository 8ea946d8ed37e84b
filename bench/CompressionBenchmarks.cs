using BenchmarkDotNet.Attributes;
using QuicWasm.Native;
using QuicWasm.Runtime;
using QuicWasm.State;

namespace QuicWasm.Bench;

/// <summary>A granule of the key-value store's memory, made shorter and back.</summary>
public class CompressionBenchmarks
{
    private const int HeapMib = 4;
    private const ulong First = 1 << 20;

    private readonly BlockCompression _compression = new();
    private byte[] _block = null!, _compressed = null!, _restored = null!;
    private int _length;

    /// <summary>The codec.</summary>
    [Params(BlockCodec.Lz4, BlockCodec.Zstd)]
    public BlockCodec Codec { get; set; }

    /// <summary>Length of a granule in bytes.</summary>
    [Params(4096, 65536)]
    public int Bytes { get; set; }

    /// <summary>Takes the bytes from a program that has filled its heap.</summary>
    [GlobalSetup]
    public void Setup()
    {
        using RunningProgram program = MicroPrograms.Suspended(HeapMib);
        MemoryInstance memory = program.Context.Store.Memories[0];
        _block = memory.Span(First, (ulong)Bytes).ToArray();
        _compressed = new byte[2 * Bytes];
        _restored = new byte[Bytes];
        _length = Compress();
        if (_length == 0 || !Decompress() || !_restored.AsSpan().SequenceEqual(_block))
        {
            throw new HarnessException($"{Codec} does not give the block back");
        }
    }

    /// <summary>Closes the libraries' state.</summary>
    [GlobalCleanup]
    public void Cleanup() => _compression.Dispose();

    /// <summary>Makes it shorter.</summary>
    [Benchmark]
    public int Compress() => _compression.Compress(Codec, _block, _compressed);

    /// <summary>And back.</summary>
    [Benchmark]
    public bool Decompress() => _compression.TryDecompress(Codec, _compressed.AsSpan(0, _length), _restored);
}
