using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// Takes programs over from memory nodes: claims an image, copies what must come first, has the program put together, and commits.
/// The program must not run before this has returned.
/// </summary>
public sealed class RunningNode(TransportRegistry transports, RunningNodeOptions options)
{
    /// <summary>Takes over an image's program, or copies the image, into a target.</summary>
    /// <returns>The migration, committed. Dispose of it when nothing of the image is needed any more.</returns>
    /// <exception cref="MigrationException">
    /// It failed; the program must not run here. The image is intact at the memory node, or another node has it; with CommitUnknown it is
    /// not known whether this node owns it.
    /// </exception>
    public async Task<Migration> ReceiveAsync(
        TransportEndpoint endpoint, MigrationRequest request, IMigrationTarget target, CancellationToken cancellationToken = default)
    {
        request.Validate();
        TransferCounters counters = new();
        MigrationReport report = new(counters);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(request.Deadline);
        Reception reception = new(transports, endpoint, options, request, target, counters, report);
        try
        {
            await reception.CopyAsync(ending.Token);
            await reception.CommitAsync();
            return reception.ToMigration();
        }
        catch (Exception e)
        {
            await reception.DisposeAsync();
            throw e switch
            {
                ImageException => new MigrationException(
                    MigrationError.RestoreFailed, $"the image from {endpoint} cannot be restored here: {e.Message}; it is intact at its source", e),
                OperationCanceledException when !cancellationToken.IsCancellationRequested => new MigrationException(
                    MigrationError.DeadlineExceeded, $"the migration from {endpoint} did not end within {request.Deadline.TotalSeconds} s", e),
                _ => e,
            };
        }
    }
    /// <summary>Takes over an image's program and puts it together in a runtime of its own.</summary>
    /// <param name="endpoint">The memory node.</param>
    /// <param name="request">Which image, and how it is to be copied.</param>
    /// <param name="configure">Engine, host modules and limits of the new runtime.</param>
    /// <param name="cancellationToken">Ends the migration, up to the commit.</param>
    /// <returns>The program, which this node owns; it has not run yet.</returns>
    /// <exception cref="MigrationException">It failed; nothing of the program remains here.</exception>
    public async Task<MigratedProgram> ResumeAsync(
        TransportEndpoint endpoint, MigrationRequest request, Configure configure, CancellationToken cancellationToken = default)
    {
        ProgramTarget target = new(configure);
        try
        {
            Migration migration = await ReceiveAsync(endpoint, request, target, cancellationToken);
            return new MigratedProgram(target.TakeProgram(), migration);
        }
        finally
        {
            target.Dispose();
        }
    }
}
