using System.Text;

namespace QuicWasm.Bench;

/// <summary>The file that a resident program writes its output to: its lines as they come, and when.</summary>
internal sealed class OutputFile : IProgramOutput, IDisposable
{
    private const string Pattern = "*.out";

    private readonly HashSet<string> _earlier;
    private readonly FileSystemWatcher _watcher;
    private readonly OutputLines _lines = new();
    private readonly List<byte> _half = [];
    private readonly Lock _lock = new();
    private FileStream? _file;
    private bool _isDisposed;

    private OutputFile(string folder)
    {
        _watcher = new FileSystemWatcher(folder, Pattern) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.LastWrite };
        _earlier = [.. Directory.GetFiles(folder, Pattern)];
        _watcher.Created += (_, change) => Read(change.FullPath);
        _watcher.Changed += (_, change) => Read(change.FullPath);
        _watcher.EnableRaisingEvents = true;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Output => _lines.Output;

    /// <inheritdoc/>
    public IReadOnlyList<long> OutputTimes => _lines.OutputTimes;

    /// <summary>Follows the next file of a node's folder: ask before the program is ordered.</summary>
    public static OutputFile Next(string folder) => new(folder);

    /// <summary>Waits until so many lines have come.</summary>
    public Task LinesAsync(int count, CancellationToken cancellationToken) => _lines.UntilAsync(lines => lines.Count >= count, cancellationToken);

    /// <summary>The program has ended: takes what the file holds and no event has told of yet.</summary>
    /// <param name="file">The file, as the node has named it.</param>
    /// <exception cref="HarnessException">It is another file.</exception>
    public void End(string file)
    {
        Read(file);
        if (_file?.Name != Path.GetFullPath(file))
        {
            throw new HarnessException($"the program wrote to {file}, and {_file?.Name ?? "no file"} was followed");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watcher.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _file?.Dispose();
        }
    }

    // RACE: events come on threads of the pool, also after the end.
    private void Read(string path)
    {
        lock (_lock)
        {
            if (_isDisposed || _earlier.Contains(path) || (_file is not null && _file.Name != path))
            {
                return;
            }

            _file ??= new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            TakeLines(_file);
        }
    }

    private void TakeLines(FileStream file)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (int count; (count = file.Read(buffer)) > 0;)
        {
            foreach (byte next in buffer[..count])
            {
                if (next != '\n')
                {
                    _half.Add(next);
                    continue;
                }

                _lines.Add(Encoding.UTF8.GetString([.. _half]));
                _half.Clear();
            }
        }
    }
}
