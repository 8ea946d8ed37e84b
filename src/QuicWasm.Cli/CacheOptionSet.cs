using System.CommandLine;
using QuicWasm.Compiler;

namespace QuicWasm.Cli;

/// <summary>The options that say where compiled code is kept from one process to the next: nowhere, unless a folder is given.</summary>
internal sealed class CacheOptionSet
{
    private readonly Option<string?> _folder = new("--cache-dir")
    {
        Description = "Keeps compiled code in this folder, which must be yours alone, and uses what is there; without it nothing is kept",
    };

    private readonly Option<string?> _limit = new("--cache-limit") { Description = "How large the folder of --cache-dir may grow, such as 64MiB; 256MiB without it" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_folder);
        command.Add(_limit);
    }

    /// <summary>The cache, or null.</summary>
    /// <exception cref="UsageException">A limit is given, and no folder.</exception>
    public CodeCache? Cache(ParseResult parsed, CommandConsole console)
    {
        string? limit = parsed.GetValue(_limit);
        if (parsed.GetValue(_folder) is not { } folder)
        {
            return limit is null ? null : throw new UsageException($"{_limit.Name} needs {_folder.Name}");
        }

        long limitBytes = limit is null ? CodeCache.DefaultLimitBytes : (long)Math.Min(SizeText.Parse(_limit.Name, limit), long.MaxValue);
        return new CodeCache(folder, limitBytes, console.Say);
    }
}
