using QuicWasm.Native;

namespace QuicWasm.Wasi;

/// <summary>How a descriptor came to be, and by that, how it is found again at another host.</summary>
internal enum DescriptorKind : byte
{
    /// <summary>A standard stream, by its index.</summary>
    Standard,

    /// <summary>A folder of the options, by its guest path.</summary>
    Preopen,

    /// <summary>A file that the program opened, by its path in a folder of the options.</summary>
    File,

    /// <summary>A directory that the program opened; likewise.</summary>
    Directory,

    /// <summary>A socket of the options, by its index.</summary>
    Socket,

    /// <summary>An accepted connection: cannot be found again.</summary>
    Connection,
}

/// <summary>An open descriptor of a program.</summary>
internal sealed class Descriptor(DescriptorKind kind, FileSystemKind fileKind) : IDisposable
{
    public DescriptorKind Kind { get; } = kind;

    public FileSystemKind FileKind { get; } = fileKind;

    /// <summary>What may be done with it.</summary>
    public Rights Base { get; set; }

    /// <summary>What may be done with descriptors that are opened through it.</summary>
    public Rights Inheriting { get; set; }

    public FdFlags Flags { get; set; }

    /// <summary>What is open; null where <see cref="Stream"/> is not.</summary>
    public IOpenFile? File { get; init; }

    /// <summary>The system's descriptor, where it has one: to be waited for, and for what only sockets do.</summary>
    public FileSystemDescriptor? Host => (File as HostFile)?.Descriptor;

    public Stream? Stream { get; init; }

    /// <summary>Index of the standard stream or of the socket.</summary>
    public int Index { get; init; }

    /// <summary>The folder of the options that it lies in.</summary>
    public Preopen? Preopen { get; init; }

    /// <summary>Path in that folder, as it was opened.</summary>
    public byte[] Path { get; init; } = [];

    /// <summary>For a file: whether it is open to read, to write or to both.</summary>
    public FileSystemOpen Access { get; init; }

    /// <summary>For a directory: its entries at the last rewind.</summary>
    public DirectoryListing? Listing { get; set; }

    public bool IsDirectory => FileKind == FileSystemKind.Directory;

    public bool IsSocket => FileKind is FileSystemKind.StreamSocket or FileSystemKind.DatagramSocket;

    /// <summary>Whether reads and writes never wait for another party.</summary>
    public bool IsAlwaysReady { get; } = fileKind is FileSystemKind.RegularFile or FileSystemKind.Directory or FileSystemKind.BlockDevice;

    public bool IsReadOnly => Preopen is { IsReadOnly: true };

    /// <summary>How a program would name it, for messages.</summary>
    public string DisplayName => Kind switch
    {
        DescriptorKind.Standard => Index switch { 0 => "stdin", 1 => "stdout", _ => "stderr" },
        DescriptorKind.Socket => $"socket {Index}",
        DescriptorKind.Connection => "a connection",
        _ => Preopen!.Display(Path),
    };

    // Standard streams and sockets are borrowed, and a folder belongs to its Preopen: disposing of them closes nothing.
    public void Dispose()
    {
        if (Kind != DescriptorKind.Preopen)
        {
            File?.Dispose();
        }
    }
}
