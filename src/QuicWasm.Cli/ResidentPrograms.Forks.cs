using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using QuicWasm.Migration;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <content>Children of an image: many programs that share what has arrived of it.</content>
internal sealed partial class ResidentPrograms
{
    /// <inheritdoc/>
    public async Task<ImmutableArray<OrderReceipt>> ForkAsync(ForkOrder order, CancellationToken cancellationToken)
    {
        Ordered();
        TransportEndpoint source = Parse(order.Order.Source);
        Occupy(order.Count);
        ConcurrentBag<Child> children = [];
        SharedTarget target = new();
        Migration.Migration? migration = null;
        try
        {
            migration = await new RunningNode(Transports.All, running)
                .ReceiveAsync(source, order.Order.Request with { IsShared = true }, target, cancellationToken);
            MakeChildren(target, order, children);
        }
        catch (Exception e)
        {
            Interlocked.Add(ref _count, -order.Count);
            Array.ForEach([.. children], static c => c.Remove());
            await DisposeAsync(migration, target);
            throw e is IOException or UnauthorizedAccessException
                ? new MigrationException(MigrationError.RestoreFailed, $"there can be no files for the children's output: {e.Message}", e)
                : e;
        }

        console.Say($"{order.Count} children of image {migration.Image} came from {source}");
        if (migration.Report.AllArrived is not null)
        {
            await ResumeCommand.LetGoAsync(console, migration, CancellationToken.None);
        }

        var family = new Family(migration, target, order.Count);
        foreach (Child child in children)
        {
            _programs[child.Id] = RunAsync(child, family);
        }

        return [.. children.OrderBy(static c => c.Index).Select(static c => new OrderReceipt(c.Id, c.Files.OutputFile))];
    }

    private static async Task DisposeAsync(Migration.Migration? migration, SharedTarget target)
    {
        if (migration is not null)
        {
            await migration.DisposeAsync();
        }

        target.Dispose();
    }

    // The first failure ends it; what was made until then is in the bag.
    private void MakeChildren(SharedTarget target, ForkOrder order, ConcurrentBag<Child> children)
    {
        try
        {
            Parallel.For(0, order.Count, i => children.Add(MakeChild(target, order, i)));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private Child MakeChild(SharedTarget target, ForkOrder order, int place)
    {
        var id = Guid.NewGuid();
        int index = order.FirstIndex + place;
        string[]? arguments = order.Arguments is { } given
            ? [.. given.Select(a => a.Replace(ForkOrder.IndexPlaceholder, $"{index}", StringComparison.Ordinal))]
            : null;
        ProgramFiles files = new(folder, id);
        try
        {
            Configure configure = ProgramLoader.Configure(options with { Streams = files.Streams });
            return new Child(id, index, files, target.NewProgram(configure, new ChildIdentity(id, index, arguments)));
        }
        catch
        {
            files.Remove();
            throw;
        }
    }

    private async Task<OrderedEnd> RunAsync(Child child, Family family)
    {
        var hosted = new HostedProgram(child.Program, $"{child.Id}");
        Node().Add(hosted);
        _running[child.Id] = hosted;
        OrderedEnd end;
        try
        {
            end = await EndOfAsync(hosted, child.Program);
        }
        finally
        {
            _running.TryRemove(child.Id, out _);
            Task gone = await WhenImageGoneAsync(hosted);
            Node().Remove(hosted.Id);
            child.Files.Dispose();
            Interlocked.Decrement(ref _count);
            Forget(child.Id);
            _ = gone.ContinueWith(_ => LeaveAsync(family), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
        }

        if (end.Text.Length > 0 || end.ExitCode != 0)
        {
            console.Say($"program {child.Id} (child {child.Index}): {(end.Text.Length > 0 ? end.Text : $"ended with exit code {end.ExitCode}")}");
        }

        return end;
    }

    private async Task LeaveAsync(Family family)
    {
        if (family.Leave())
        {
            await ResumeCommand.LetGoAsync(console, family.Migration, CancellationToken.None);
            family.Target.Dispose();
            console.Say($"the children of image {family.Migration.Image} have ended");
        }
    }

    /// <summary>A child that has not run yet.</summary>
    private sealed record Child(Guid Id, int Index, ProgramFiles Files, RunningProgram Program)
    {
        public void Remove()
        {
            Program.Dispose();
            Files.Remove();
        }
    }

    /// <summary>The children of one order, and what they share.</summary>
    private sealed class Family(Migration.Migration migration, SharedTarget target, int count)
    {
        private int _count = count;

        public Migration.Migration Migration => migration;

        public SharedTarget Target => target;

        /// <summary>A child has ended. Whether it was the last.</summary>
        public bool Leave() => Interlocked.Decrement(ref _count) == 0;
    }
}
