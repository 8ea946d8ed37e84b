using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>Where a standard stream of a program comes from or goes to. Neither the descriptor nor the stream is ever closed.</summary>
public sealed class WasiStandardStream
{
    private readonly int _descriptor = -1;
    private readonly Stream? _stream;

    private WasiStandardStream(int descriptor) => _descriptor = descriptor;

    private WasiStandardStream(Stream stream) => _stream = stream;

    /// <summary>Nothing: reads are at the end, writes are thrown away.</summary>
    public static WasiStandardStream Null { get; } = new(Stream.Null);

    /// <summary>A descriptor of the process, such as 0, 1 or 2. A read that waits can be interrupted for a capture.</summary>
    public static WasiStandardStream FromDescriptor(int descriptor) => new(descriptor);

    /// <summary>A stream. A read that waits delays a capture: there is no way to interrupt it.</summary>
    public static WasiStandardStream FromStream(Stream stream) => new(stream);

    internal Descriptor Open(int index)
    {
        if (_stream is null && OperatingSystem.IsLinux())
        {
            FileSystemDescriptor host = FileSystemDescriptor.Borrow(_descriptor);
            _ = host.Status(out FileSystemStatus status);
            return new Descriptor(DescriptorKind.Standard, status.Kind) { File = new HostFile(host), Index = index, Base = RightsFacts.Of(status.Kind) };
        }

        Stream stream = _stream ?? _descriptor switch
        {
            0 => Console.OpenStandardInput(),
            1 => Console.OpenStandardOutput(),
            2 => Console.OpenStandardError(),
            _ => throw new NotSupportedException($"descriptor {_descriptor} as a standard stream needs Linux; give a stream"),
        };
        return new Descriptor(DescriptorKind.Standard, FileSystemKind.Unknown)
        {
            Stream = stream,
            Index = index,
            Base = RightsFacts.Of(FileSystemKind.Unknown),
        };
    }
}
