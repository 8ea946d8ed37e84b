using System.CommandLine;
using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary>The options that say which folders a program sees.</summary>
internal sealed class FolderOptionSet
{
    private const string InMemory = "mem";
    private const ulong MostMemoryBytes = 960UL << 20;

    private readonly Option<string[]> _folders = new("--dir")
    {
        Description = "A folder that the program may use: HOST, or HOST::GUEST; may be given again",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _mapped = new("--mapdir")
    {
        Description = "A folder that the program may use, by the path that it knows: GUEST=HOST; GUEST=mem for one in memory, which is empty at first "
            + "and travels with the program (./mem for a folder of that name). With resume: where the program's folder is here. May be given again",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _memoryLimit = new("--memory-folder-limit")
    {
        Description = "How much folders in memory hold together, such as 64MiB; 960MiB at most. Without it 256MiB, or what an image says",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_folders);
        command.Add(_mapped);
        command.Add(_memoryLimit);
    }

    /// <summary>The folders.</summary>
    /// <exception cref="UsageException">One is not there, or two have the same guest path.</exception>
    public IReadOnlyList<WasiPreopen> Preopens(ParseResult parsed)
    {
        List<WasiPreopen> folders = [.. parsed.GetRequiredValue(_folders).Select(Folder), .. parsed.GetRequiredValue(_mapped).Select(Mapped)];
        return folders.GroupBy(static f => f.GuestPath).FirstOrDefault(static g => g.Count() > 1) is { } twice
            ? throw new UsageException($"two folders are given for the program's {twice.Key}")
            : folders;
    }

    /// <summary>Bytes that folders in memory hold together, or null.</summary>
    /// <exception cref="UsageException">It is no size, or too large.</exception>
    public ulong? MemoryLimitBytes(ParseResult parsed)
    {
        ulong? limit = parsed.GetValue(_memoryLimit) is { } text ? SizeText.Parse(_memoryLimit.Name, text) : null;
        return limit > MostMemoryBytes
            ? throw new UsageException($"{_memoryLimit.Name} {parsed.GetValue(_memoryLimit)}: at most {MostMemoryBytes >> 20}MiB travel with a program")
            : limit;
    }

    private static WasiPreopen Folder(string text)
    {
        string[] parts = text.Split("::", 2);
        return new WasiPreopen(parts.Length == 2 ? parts[1] : parts[0], Existing($"--dir {text}", parts[0]));
    }

    private static WasiPreopen Mapped(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == text.Length - 1)
        {
            throw new UsageException($"--mapdir {text}: give GUEST=HOST, or GUEST={InMemory}");
        }

        (string guest, string host) = (text[..equals], text[(equals + 1)..]);
        return host == InMemory ? WasiPreopen.InMemory(guest) : new WasiPreopen(guest, Existing($"--mapdir {text}", host));
    }

    private static string Existing(string option, string folder) =>
        Directory.Exists(folder) ? folder : throw new UsageException($"{option}: there is no folder {folder}");
}
