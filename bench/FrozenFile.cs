namespace QuicWasm.Bench;

/// <summary>A program that was frozen half way into a file at its source: what it had written until then, and the file.</summary>
internal sealed class FrozenFile : IAsyncDisposable
{
    private FrozenFile(NodeProcess source, string image) => (Source, Image) = (source, image);

    /// <summary>The process that it ran in, which has ended.</summary>
    public NodeProcess Source { get; }

    /// <summary>The image.</summary>
    public string Image { get; }

    /// <summary>Runs the program to its right line, and has it frozen there by a signal.</summary>
    public static async Task<FrozenFile> MakeAsync(RunContext context, CancellationToken cancellationToken)
    {
        string image = Path.Combine(context.Folder.Path, "program.image");
        NodeProcess source = context.StartProgram(context.Route.Source, "--freeze-to", image);
        try
        {
            await source.LinesAsync(context.LinesAtSource, cancellationToken);
            SystemCommand.Run("kill", "-USR1", $"{source.ProcessId}");
            await source.EndAsync(cancellationToken);
            return File.Exists(image)
                ? new FrozenFile(source, image)
                : throw new TooLateException();
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
