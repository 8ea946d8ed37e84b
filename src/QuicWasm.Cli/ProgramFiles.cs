using QuicWasm.Wasi;

namespace QuicWasm.Cli;

/// <summary>The files that a resident program's output goes to: ID.out and ID.err. What it writes is in them at once.</summary>
internal sealed class ProgramFiles : IDisposable
{
    private readonly FileStream _output;
    private readonly FileStream _error;

    /// <summary>Makes the files.</summary>
    public ProgramFiles(string folder, Guid program)
    {
        OutputFile = Path.GetFullPath(Path.Combine(folder, $"{program}.out"));
        _output = Make(OutputFile);
        try
        {
            _error = Make(Path.ChangeExtension(OutputFile, ".err"));
        }
        catch
        {
            Remove(_output);
            throw;
        }
    }

    /// <summary>The file of the standard output.</summary>
    public string OutputFile { get; }

    /// <summary>The file for the report of its migration.</summary>
    public string ReportFile => Path.ChangeExtension(OutputFile, ".json");

    /// <summary>The program's standard streams. It has no input.</summary>
    public (WasiStandardStream Input, WasiStandardStream Output, WasiStandardStream Error) Streams =>
        (WasiStandardStream.Null, WasiStandardStream.FromStream(_output), WasiStandardStream.FromStream(_error));

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    /// <summary>Closes and removes the files of a program that never ran.</summary>
    public void Remove()
    {
        Remove(_output);
        Remove(_error);
    }

    private static FileStream Make(string file) => new(file, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private static void Remove(FileStream file)
    {
        file.Dispose();
        File.Delete(file.Name);
    }
}
