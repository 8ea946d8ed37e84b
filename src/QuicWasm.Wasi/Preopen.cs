using System.Text;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>A folder of the options, open. It stays open when the program closes its descriptor, because files may lie in it.</summary>
internal sealed class Preopen : IDisposable
{
    private Preopen(string guestPath, bool isReadOnly, IOpenFile root)
    {
        GuestPath = guestPath;
        IsReadOnly = isReadOnly;
        Root = root;
    }

    public string GuestPath { get; }

    public bool IsReadOnly { get; }

    public IOpenFile Root { get; }

    /// <summary>The folder in memory that it is, or null.</summary>
    public MemoryFolder? Memory { get; private init; }

    /// <summary>Opens a folder of the host.</summary>
    /// <exception cref="HostStateException">It cannot be opened.</exception>
    public static Preopen OpenHost(WasiPreopen options)
    {
        try
        {
            return new Preopen(options.GuestPath, options.IsReadOnly, new HostFile(FileSystemDescriptor.OpenFolder(options.HostPath!)));
        }
        catch (NativeException e)
        {
            throw new HostStateException($"the folder {options.HostPath} for the program's {options.GuestPath} is not to be had: {e.Message}", e);
        }
    }

    /// <summary>Opens a folder in memory.</summary>
    public static Preopen OpenMemory(string guestPath, bool isReadOnly, MemoryFolder folder) =>
        new(guestPath, isReadOnly, folder.Open()) { Memory = folder };

    public Descriptor OpenDescriptor() => new(DescriptorKind.Preopen, FileSystemKind.Directory)
    {
        File = Root,
        Preopen = this,
        Base = RightsFacts.Of(FileSystemKind.Directory),
        Inheriting = Rights.All,
    };

    public string Display(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? GuestPath : $"{GuestPath.TrimEnd('/')}/{Encoding.UTF8.GetString(path)}";

    public void Dispose() => Root.Dispose();
}
