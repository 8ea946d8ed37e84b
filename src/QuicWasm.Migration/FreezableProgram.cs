using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>A hosted program that is frozen once, however often it is asked for. A freeze that failed can be tried again.</summary>
internal sealed class FreezableProgram(IHostedProgram program)
{
    private readonly Lock _lock = new();
    private Task<Guid>? _freeze;

    public IHostedProgram Program => program;

    public Task<Guid> FreezeAsync(bool isFlat, Func<IImageSource, Guid> keep, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_freeze is null || _freeze.IsFaulted || _freeze.IsCanceled)
            {
                _freeze = RunAsync(token => program.FreezeAsync(isFlat, token), keep, cancellationToken);
            }

            return _freeze;
        }
    }

    /// <summary>Every fork makes an image of its own.</summary>
    public Task<Guid> ForkAsync(Func<IImageSource, Guid> keep, CancellationToken cancellationToken) => RunAsync(program.ForkAsync, keep, cancellationToken);

    private async Task<Guid> RunAsync(
        Func<CancellationToken, Task<IImageSource>> capture, Func<IImageSource, Guid> keep, CancellationToken cancellationToken)
    {
        IImageSource image;
        try
        {
            image = await capture(cancellationToken);
        }
        catch (Exception e) when (e is ImageException or InvalidOperationException)
        {
            throw new MigrationException(MigrationError.FreezeFailed, $"the program {program.Name} cannot be frozen: {e.Message}", e);
        }

        try
        {
            return keep(image);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }
}
