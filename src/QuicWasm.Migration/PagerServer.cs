using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using QuicWasm.Native;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>
/// The pager: a process beside a running node that answers the page faults of its programs. It is another process because the collector of
/// .NET stops all threads of its own, and one that waits for a page cannot be stopped. It ends with the running node; when it ends first,
/// however that comes, the kernel lets go who waits, and has marked the death before.
/// </summary>
public sealed class PagerServer
{
    private const int EventsAtOnce = 64;
    private const int TrapRounds = 65;

    private static readonly TimeSpan ClockPeriod = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<uint, PagerSession> _sessions = new();
    private readonly PagerViews _views = new();
    private readonly PagerHost _host;

    private PagerServer(PagerHost host) => _host = host;

    /// <summary>Serves the running node that listens on a Unix socket, until it is gone.</summary>
    /// <param name="socketPath">The socket.</param>
    /// <param name="transports">How memory nodes are reached.</param>
    /// <param name="options">Who this node is for them.</param>
    /// <exception cref="MigrationException">The running node sent something else than a beginning.</exception>
    public static void Run(string socketPath, TransportRegistry transports, RunningNodeOptions options)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        using PagerChannel channel = new(socket);
        if (channel.Receive() is not { Verb: PagerVerb.Begin, Descriptors.Length: 2 } begin)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, "the running node did not begin");
        }

        using Userfault userfault = new(begin.Descriptors[0]);
        using MemoryFile page = new(new SafeFileHandle(begin.Descriptors[1], ownsHandle: true), PagerStatus.LengthBytes);

        // It stays mapped until the process ends: the kernel writes the mark of death into it.
        PagerStatus status = new(page.MapShared());
        PagerServer server = new(new PagerHost(channel, userfault, status, transports, options with { StallDeadline = Timeout.InfiniteTimeSpan }));
        using ManualResetEventSlim isHeld = new();
        new Thread(() => server.AnswerFaults(isHeld.Set)) { IsBackground = true, Name = "page faults" }.Start();
        isHeld.Wait();
        using Timer clock = new(_ => server.CheckDeadlines(), null, ClockPeriod, ClockPeriod);
        channel.Send(PagerVerb.Done, begin.Id, []);
        new Thread(server.MeasureTrap) { IsBackground = true, Name = "trap time" }.Start();
        while (channel.Receive() is { } frame)
        {
            server.Handle(frame);
        }
    }

    // An error that is not one of an image ends the process, and so lets everybody go.
    private void AnswerFaults(Action held)
    {
        _host.Status.HoldLife();
        held();
        UserfaultEvent[] events = new UserfaultEvent[EventsAtOnce];
        PollEntry[] entries = [new PollEntry((int)_host.Userfault.DangerousGetHandle(), PollEvents.Readable)];
        while (true)
        {
            Polling.Poll(entries, -1);
            int count = _host.Userfault.Read(events);
            for (int i = 0; i < count; i++)
            {
                if (_views.TryFind(events[i].Address, out ulong view, out PagerSession session, out int part))
                {
                    session.OnFault(part, view, events[i].Address);
                }
            }
        }
    }

    private void MeasureTrap() => _host.TrapTime.SetResult(UserfaultTiming.MedianTrap(TrapRounds));

    private void CheckDeadlines()
    {
        foreach (PagerSession session in _sessions.Values)
        {
            session.CheckDeadline();
        }
    }

    private void Handle(PagerFrame frame)
    {
        Task<byte[]> work;
        try
        {
            work = HandleAsync(frame);
        }
        catch (Exception e) when (e is MigrationException or NativeException or ImageException)
        {
            work = Task.FromException<byte[]>(e);
        }

        _ = ReplyAsync(frame.Id, work);
    }

    private async Task ReplyAsync(ulong id, Task<byte[]> work)
    {
        try
        {
            byte[] body = await work;
            _host.Channel.Send(PagerVerb.Done, id, body);
        }
        catch (Exception e) when (e is MigrationException or NativeException or ImageException or OperationCanceledException)
        {
            MigrationError error = (e as MigrationException)?.Error
                ?? (e is OperationCanceledException ? MigrationError.DeadlineExceeded : MigrationError.RestoreFailed);
            _host.Channel.Send(PagerVerb.Failed, id, PagerFrame.Write(writer =>
            {
                writer.Write((byte)error);
                writer.Write(e is OperationCanceledException ? "the memory node did not answer the pager within the deadline" : e.Message);
            }));
        }
    }

    private Task<byte[]> HandleAsync(PagerFrame frame)
    {
        using BinaryReader body = frame.Read();
        switch (frame.Verb)
        {
            case PagerVerb.Attach:
                return AttachAsync(PagerAttachment.Read(body), frame.Descriptors);
            case PagerVerb.Prepare:
                _host.Connections.Prepare(body.ReadString());
                return Answer(Task.CompletedTask);
            case PagerVerb.Cancel:
                return Answer(_host.Connections.CancelAsync(body.ReadString()));
            case PagerVerb.Start:
                return Answer(Session(body).StartAsync());
            case PagerVerb.Own:
                Session(body).Own();
                return Answer(Task.CompletedTask);
            case PagerVerb.Map:
                Map(Session(body), body.ReadInt32(), body.ReadUInt64());
                return Answer(Task.CompletedTask);
            case PagerVerb.Unmap:
                Unmap(body.ReadUInt64());
                return Answer(Task.CompletedTask);
            case PagerVerb.Fetch:
                return Answer(Session(body).FetchAsync(body.ReadInt32(), body.ReadUInt64(), body.ReadUInt64()));
            case PagerVerb.Push:
                return Answer(Session(body).PushAsync());
            case PagerVerb.Report:
                return Task.FromResult(PagerFrame.Write(Session(body).WriteReport));
            case PagerVerb.WorkingSet:
                return Task.FromResult(PagerFrame.Write(Session(body).WriteWorkingSet));
            case PagerVerb.Detach:
                return Answer(DetachAsync(body.ReadUInt32()));
            default:
                throw new MigrationException(MigrationError.ProtocolViolation, $"the running node sent {frame.Verb}");
        }
    }

    private static async Task<byte[]> Answer(Task work)
    {
        await work;
        return [];
    }

    private PagerSession Session(BinaryReader body)
    {
        uint image = body.ReadUInt32();
        return _sessions.TryGetValue(image, out PagerSession? session)
            ? session
            : throw new MigrationException(MigrationError.UnknownImage, $"the pager has no image {image}");
    }

    private async Task<byte[]> AttachAsync(PagerAttachment attachment, nint[] descriptors)
    {
        MemoryFile[] files = [.. descriptors.Zip(attachment.Memories, (d, m) => new MemoryFile(new SafeFileHandle(d, ownsHandle: true), m.LengthBytes))];
        PagerSession session = new(attachment, _host, files);

        // Views of its memories may be registered while the memory node is asked.
        _sessions[attachment.Image] = session;
        try
        {
            await session.AttachAsync();
        }
        catch
        {
            await DetachAsync(attachment.Image);
            throw;
        }

        return [(byte)(session.StartAsync().IsCompletedSuccessfully ? 0 : 1)];
    }

    private void Map(PagerSession session, int part, ulong address)
    {
        _views.Add(address, session, part);
        session.Map(part, address);
    }

    private void Unmap(ulong address)
    {
        if (_views.Remove(address, out PagerSession session, out int part))
        {
            session.Unmap(part, address);
        }
    }

    private async Task DetachAsync(uint image)
    {
        if (_sessions.TryRemove(image, out PagerSession? session))
        {
            await session.DisposeAsync();
        }
    }
}
