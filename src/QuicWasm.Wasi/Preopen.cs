using System.Text;
using QuicWasm.Native;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>A folder of the options, open. It stays open when the program closes its descriptor, because files may lie in it.</summary>
internal sealed class Preopen : IDisposable
{
    private Preopen(WasiPreopen options, FileSystemDescriptor root)
    {
        GuestPath = options.GuestPath;
        IsReadOnly = options.IsReadOnly;
        Root = root;
    }

    public string GuestPath { get; }

    public bool IsReadOnly { get; }

    public FileSystemDescriptor Root { get; }

    /// <summary>Opens the folder.</summary>
    /// <exception cref="HostStateException">It cannot be opened.</exception>
    public static Preopen Open(WasiPreopen options)
    {
        try
        {
            return new Preopen(options, FileSystemDescriptor.OpenFolder(options.HostPath));
        }
        catch (NativeException e)
        {
            throw new HostStateException($"the folder {options.HostPath} for the program's {options.GuestPath} is not to be had: {e.Message}", e);
        }
    }

    public Descriptor OpenDescriptor() => new(DescriptorKind.Preopen, FileSystemKind.Directory)
    {
        Host = Root,
        Preopen = this,
        Base = RightsFacts.Of(FileSystemKind.Directory),
        Inheriting = Rights.All,
    };

    public string Display(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? GuestPath : $"{GuestPath.TrimEnd('/')}/{Encoding.UTF8.GetString(path)}";

    public void Dispose() => Root.Dispose();
}
