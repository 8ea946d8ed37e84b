namespace QuicWasm.Cli.Tests;

/// <summary>An empty folder, deleted at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Name { get; } = Directory.CreateTempSubdirectory("quicwasm-").FullName;

    public string File(string name) => Path.Combine(Name, name);

    public string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Name, recursive: true);
}
