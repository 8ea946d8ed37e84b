using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// Keeps images and hosts programs that can be frozen, and serves them to running nodes. An image stays until its new owner says that
/// it needs it no more; whatever happens to a peer before its commit leaves the image intact.
/// </summary>
public sealed partial class MemoryNode : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, HostedImage> _images = new();
    private readonly ConcurrentDictionary<Guid, FreezableProgram> _programs = new();
    private readonly ConcurrentDictionary<NodeSession, Task> _sessions = new();
    private readonly ConcurrentBag<(ITransportListener Listener, Task Loop)> _listeners = [];
    private readonly CancellationTokenSource _stopping = new();
    private const int MostThreads = 64;

    private int _threads;
    private long _granulesSent;
    private long _bytesSent;
    private int _isDisposed;

    /// <summary>A node that serves nobody yet.</summary>
    /// <exception cref="MigrationException">An option is out of range.</exception>
    public MemoryNode(MemoryNodeOptions options)
    {
        options.Validate();
        Options = options;
    }

    /// <summary>The options.</summary>
    public MemoryNodeOptions Options { get; }

    /// <summary>The images that the node keeps.</summary>
    public ImmutableArray<ImageEntry> Images => [.. _images.Values.Select(i => i.Entry).OrderBy(i => i.Id)];

    /// <summary>How the node is doing.</summary>
    public NodeStatus Status => new(
        Options.Name,
        [.. _programs.Values.Select(p => new ProgramEntry(p.Program.Id, p.Program.Name)).OrderBy(p => p.Id)],
        _images.Count,
        _sessions.Count,
        (ulong)Interlocked.Read(ref _granulesSent),
        (ulong)Interlocked.Read(ref _bytesSent));

    /// <summary>Keeps an image from now on, and owns it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">The program's name.</param>
    /// <param name="workingSet">What a program of it is known to touch first.</param>
    /// <exception cref="MigrationException">It is kept already, or the node keeps as many as it may.</exception>
    public Guid Add(IImageSource image, string name, ImmutableArray<PartRange> workingSet = default) => Add(
        new HostedImage(image, name, Options.ClaimLease, Options.TimeProvider) { WorkingSet = workingSet.IsDefault ? [] : workingSet });

    private Guid Add(HostedImage kept)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        Guid id = kept.Layout.Id;
        if (_images.Count >= Options.MaxImages)
        {
            throw new MigrationException(MigrationError.LimitExceeded, $"the node {Options.Name} keeps {Options.MaxImages} images already");
        }

        return _images.TryAdd(id, kept)
            ? id
            : throw new MigrationException(MigrationError.InvalidOption, $"image {id} is kept already; a frozen program has one image");
    }

    /// <summary>Lets peers freeze a program. The program stays the caller's.</summary>
    public void Add(IHostedProgram program) => _programs[program.Id] = new FreezableProgram(program);

    /// <summary>Lets peers freeze a program no more, for example because it has ended.</summary>
    public bool Remove(Guid program) => _programs.TryRemove(program, out _);

    /// <summary>Freezes a program and keeps its image. Asked again, it gives the same image.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="cancellationToken">Ends the wait; the program is frozen at its next safe point all the same.</param>
    /// <exception cref="MigrationException">There is no such program, or it cannot be frozen.</exception>
    public Task<Guid> FreezeAsync(Guid program, CancellationToken cancellationToken = default) => FreezeAsync(program, isFlat: false, cancellationToken);

    /// <summary>Freezes a program and keeps its image. Asked again, it gives the same image.</summary>
    /// <param name="program">The program; the empty id stands for the only one.</param>
    /// <param name="isFlat">Whether pages that have not arrived are fetched first; else they come, through this node, when they are read.</param>
    /// <param name="cancellationToken">Ends the wait; the program is frozen at its next safe point all the same.</param>
    /// <exception cref="MigrationException">There is no such program, or it cannot be frozen.</exception>
    public async Task<Guid> FreezeAsync(Guid program, bool isFlat, CancellationToken cancellationToken)
    {
        FreezableProgram found = Only(_programs, program, MigrationError.UnknownProgram, "program");
        return await found.FreezeAsync(isFlat, image => Add(image, found.Program.Name), _stopping.Token).WaitAsync(cancellationToken);
    }

    /// <summary>Listens on an endpoint. A node can listen on several.</summary>
    /// <returns>The endpoint, with the port that was chosen.</returns>
    /// <exception cref="MigrationException">The endpoint cannot be listened on.</exception>
    public async ValueTask<TransportEndpoint> ListenAsync(
        TransportRegistry transports, TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        try
        {
            ITransportListener listener = await transports.ListenAsync(endpoint, options, cancellationToken);
            _listeners.Add((listener, AcceptAsync(listener)));
            return listener.Endpoint;
        }
        catch (TransportException e)
        {
            throw TransportErrors.Translate(e, $"listening on {endpoint}");
        }
    }

    /// <summary>Takes an image back, so that its program can go on here. Nobody else can have it from then on.</summary>
    /// <exception cref="MigrationException">There is no such image, or another node has claimed it or owns its program.</exception>
    public async Task<IImageSource> WithdrawAsync(Guid image)
    {
        HostedImage found = Find(image);
        Guid claimant = Guid.NewGuid();
        ulong epoch = found.Ownership.Claim(claimant, this, "this node itself");
        found.Ownership.Commit(claimant, epoch);
        _images.TryRemove(found.Layout.Id, out _);
        return await found.DetachAsync();
    }

    /// <summary>Makes a committed image available again. Only for an operator who knows that its owner is dead: two of a program must not run.</summary>
    /// <exception cref="MigrationException">There is no such image.</exception>
    public void Reclaim(Guid image) => Find(image).Ownership.Reclaim();

    /// <summary>Ends when the image is gone from here: its new owner needs it no more, or it was withdrawn. One that is not here is gone.</summary>
    public Task WhenGoneAsync(Guid image, CancellationToken cancellationToken = default) =>
        _images.TryGetValue(image, out HostedImage? found) ? found.Gone.WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Waits until every peer has closed its connection, so that none is cut off in the middle of an answer, but not longer than so. Gives how
    /// many had not.
    /// </summary>
    public async Task<int> DrainAsync(TimeSpan deadline)
    {
        await Task.WhenAny(Task.WhenAll(_sessions.Values), Task.Delay(deadline, Options.TimeProvider));
        return _sessions.Values.Count(s => !s.IsCompleted);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await Task.WhenAll(_listeners.Select(l => l.Loop));

        // Before the listeners, which close the connections that they accepted: peers may not have read their last answers.
        await Task.WhenAll(_sessions.Values);
        foreach ((ITransportListener listener, _) in _listeners)
        {
            await listener.DisposeAsync();
        }

        foreach (HostedImage image in _images.Values)
        {
            image.Dispose();
        }

        _stopping.Dispose();
    }

    internal HostedImage Find(Guid image) => Only(_images, image, MigrationError.UnknownImage, "image");

    /// <summary>The owner needs the image no more: nobody finds it from now on. Gives it to the one who is to dispose of it, or null.</summary>
    internal HostedImage? Forget(HostedImage image) => _images.TryRemove(image.Layout.Id, out HostedImage? forgotten) ? forgotten : null;

    /// <summary>Whether a stream may have a thread of its own: only so many do, whatever peers ask for.</summary>
    internal bool TryTakeThread()
    {
        if (Interlocked.Increment(ref _threads) <= MostThreads)
        {
            return true;
        }

        GiveBack(true);
        return false;
    }

    internal void GiveBack(bool isTaken) => Interlocked.Add(ref _threads, isTaken ? -1 : 0);

    internal void Count(int granules, ulong granuleBytes)
    {
        Interlocked.Add(ref _granulesSent, granules);
        Interlocked.Add(ref _bytesSent, (long)granuleBytes);
    }

    private T Only<T>(ConcurrentDictionary<Guid, T> things, Guid id, MigrationError error, string what)
        where T : class
    {
        if (things.TryGetValue(id, out T? found))
        {
            return found;
        }

        T[] all = id == Guid.Empty ? [.. things.Values] : [];
        return all.Length == 1
            ? all[0]
            : throw new MigrationException(error, id == Guid.Empty
                ? $"the node {Options.Name} has {things.Count} {what}s; name the one you mean"
                : $"the node {Options.Name} has no {what} {id}");
    }

    private async Task AcceptAsync(ITransportListener listener)
    {
        while (true)
        {
            ITransportConnection connection;
            try
            {
                connection = await listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or TransportException)
            {
                return;
            }

            NodeSession session = new(this, connection);
            Task run = Task.Run(() => session.RunAsync(_stopping.Token));
            _sessions[session] = run;
            _ = run.ContinueWith(done => _sessions.TryRemove(session, out Task? _), TaskScheduler.Default);
        }
    }

    internal void HolderLost(NodeSession session)
    {
        foreach (HostedImage image in _images.Values)
        {
            bool isClaim = image.Ownership.HolderLost(session);
            ForgetLater(image);
            if (isClaim)
            {
                Options.PeerFailed?.Invoke(new MigrationException(
                    MigrationError.ClaimLost, $"{session.Peer} is gone, or has given up, before it took image {image.Layout.Id} over; the image can be claimed again"));
            }
        }
    }
}
