using System.Collections.Concurrent;
using QuicWasm.Modules;

namespace QuicWasm.Testing;

/// <summary>The programs in the folder <c>programs</c>, and those of <see cref="BuiltPrograms"/>.</summary>
public static class TestPrograms
{
    private static readonly ConcurrentDictionary<string, ValidatedModule> Loaded = new();

    /// <summary>The program of that name, validated. It may be instantiated in any number of runtimes at once.</summary>
    public static ValidatedModule Load(string name) => Loaded.GetOrAdd(name, static n => ModuleLoader.Load(Binary(n)));

    /// <summary>The binary of the program of that name.</summary>
    public static byte[] Binary(string name)
    {
        if (BuiltPrograms.Find(name) is { } built)
        {
            return built;
        }

        using Stream stream = typeof(TestPrograms).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"there is no program {name}.wasm in the folder programs");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
