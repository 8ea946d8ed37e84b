namespace QuicWasm.Bench;

/// <summary>A program that was frozen half way into a file at its source: what it had written until then, and the file.</summary>
internal sealed class FrozenFile : IAsyncDisposable
{
    private FrozenFile(NodeProcess source, string image) => (Source, Image) = (source, image);

    /// <summary>The process that it ran in, which has ended.</summary>
    public NodeProcess Source { get; }

    /// <summary>The image.</summary>
    public string Image { get; }

    /// <summary>Runs the program to its right line, and freezes it.</summary>
    public static async Task<FrozenFile> MakeAsync(RunContext context, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        string image = Path.Combine(context.Folder.Path, "program.image");
        (NodeProcess source, string endpoint) = await context.StartSourceAsync(keys, cancellationToken);
        try
        {
            await source.LinesAsync(context.LinesAtSource, cancellationToken);
            await using NodeProcess freeze = NodeProcess.Start(context.Route.Source, ["freeze", endpoint, "-o", image, .. keys]);
            await freeze.EndAsync(cancellationToken);
            await source.EndAsync(cancellationToken);
            return new FrozenFile(source, image);
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
