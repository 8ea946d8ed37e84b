namespace QuicWasm.Wasi.Tests;

/// <summary>A folder with a folder "root" for the program, and beside it what the program must not see.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quicwasm-");

    public TempFolder()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Beside("secret"), "secret");
    }

    public string Root => Path.Combine(_folder.FullName, "root");

    public WasiOptions Options => Harness.Quiet with { Preopens = [new WasiPreopen("/data", Root)] };

    public WasiOptions ReadOnlyOptions => Harness.Quiet with { Preopens = [new WasiPreopen("/data", Root, true)] };

    public string this[string name]
    {
        get => File.ReadAllText(Of(name));
        set
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Of(name))!);
            File.WriteAllText(Of(name), value);
        }
    }

    public string Of(string name) => Path.Combine(Root, name);

    public string Beside(string name) => Path.Combine(_folder.FullName, name);

    public bool Has(string name) => File.Exists(Of(name)) || Directory.Exists(Of(name));

    public void Link(string name, string target) => File.CreateSymbolicLink(Of(name), target);

    /// <summary>How many descriptors of this process lie in the folder.</summary>
    public int OpenCount()
    {
        int count = 0;
        foreach (string link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // RACE: other tests open and close descriptors meanwhile; those have no target any more.
            string? target = new FileInfo(link).LinkTarget;
            count += target is not null && target.StartsWith(_folder.FullName, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }

    public void Dispose() => _folder.Delete(true);
}
