namespace QuicWasm.Wasi.Tests;

/// <summary>Folders of the host.</summary>
public sealed class HostFolderTests : FolderConformance
{
    private readonly List<TempFolder> _folders = [];

    protected override WasiPreopen Folder(string guestPath)
    {
        _folders.Add(new TempFolder());
        return new WasiPreopen(guestPath, _folders[^1].Root);
    }

    protected override void Clean() => _folders.ForEach(static f => f.Dispose());
}

/// <summary>Folders in memory.</summary>
public sealed class MemoryFolderTests : FolderConformance
{
    protected override WasiPreopen Folder(string guestPath) => WasiPreopen.InMemory(guestPath);
}
