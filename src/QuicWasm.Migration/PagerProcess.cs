using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>One pager process, seen from the running node: requests and their answers, and what it says unasked.</summary>
internal sealed class PagerProcess : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<byte[]>> _pending = new();
    private readonly ConcurrentDictionary<uint, PagedImage> _images = new();
    private readonly Process _process;
    private readonly PagerChannel _channel;
    private readonly MemoryFile _page;
    private long _lastId;
    private volatile bool _isOver;

    private PagerProcess(Process process, Socket socket, MemoryFile page)
    {
        _process = process;
        ProcessId = process.Id;
        _channel = new PagerChannel(socket);
        _page = page;
        Status = new PagerStatus(page.MapShared());
        new Thread(Listen) { IsBackground = true, Name = "pager" }.Start();
    }

    /// <summary>Shared with the pager.</summary>
    public PagerStatus Status { get; }

    /// <summary>The process.</summary>
    public int ProcessId { get; }

    /// <summary>Whether it can be asked.</summary>
    public bool IsAlive => !_isOver;

    /// <summary>Starts a pager, and gives it this process's page faults.</summary>
    /// <exception cref="NativeException">This system cannot catch page faults.</exception>
    /// <exception cref="MigrationException">The process cannot be started.</exception>
    public static PagerProcess Start(PagerOptions options)
    {
        PageSizes.RefuseLargeFilePages();

        // The pager's is the only descriptor that stays open: with it, the kernel lets go who waits.
        using Userfault userfault = Userfault.Open();
        MemoryFile page = MemoryFile.Create("quicwasm-pager", PagerStatus.LengthBytes);
        Process? process = null;
        try
        {
            (process, Socket socket) = Connect(options);
            PagerProcess started = new(process, socket, page);
            using CancellationTokenSource ending = new(options.StartDeadline);
            started.AskAsync(PagerVerb.Begin, [], userfault, page.Descriptor).WaitAsync(ending.Token).GetAwaiter().GetResult();
            return started;
        }
        catch (Exception e) when (e is IOException or Win32Exception or SocketException or OperationCanceledException or UnauthorizedAccessException)
        {
            process?.Kill();
            process?.Dispose();
            page.Dispose();
            throw new MigrationException(MigrationError.Unsupported, $"the pager {options.Program} cannot be started: {e.Message}", e);
        }
    }

    /// <summary>Gives an image a number.</summary>
    public uint NextImage() => (uint)Interlocked.Increment(ref _lastId);

    /// <summary>Has what the pager says of an image told to it.</summary>
    public void Follow(uint number, PagedImage image) => _images[number] = image;

    /// <summary>Nothing is told any more.</summary>
    public void Forget(uint number) => _images.TryRemove(number, out _);

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="MigrationException">It could not be done, or the pager is gone.</exception>
    public byte[] Ask(PagerVerb verb, Action<BinaryWriter> body) => AskAsync(verb, PagerFrame.Write(body)).GetAwaiter().GetResult();

    /// <inheritdoc cref="Ask"/>
    public Task<byte[]> AskAsync(PagerVerb verb, byte[] body, params SafeHandle[] descriptors)
    {
        ulong id = (ulong)Interlocked.Increment(ref _lastId);
        TaskCompletionSource<byte[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        _channel.Send(verb, id, body, descriptors);

        // RACE: whoever ends the listening marks that first and fails what is pending then; one of the two sees this request.
        if (_isOver && _pending.TryRemove(id, out _))
        {
            answer.TrySetException(Gone());
        }

        return answer.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
        _process.Dispose();
        _page.Dispose();
    }

    private static (Process Process, Socket Socket) Connect(PagerOptions options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("quicwasm-pager-");
        try
        {
            string path = Path.Combine(folder.FullName, "socket");
            using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            Process process = Process.Start(new ProcessStartInfo(options.Program, [.. options.Arguments, path])
            {
                Environment =
                {
                    // Nothing of a fault waits for another thread, for a collection, or long for optimised code.
                    ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
                    ["DOTNET_TieredPGO"] = "0",
                    ["DOTNET_TC_CallCountingDelayMs"] = "0",
                    ["DOTNET_gcConcurrent"] = "0",
                    ["DOTNET_GCgen0size"] = "0x4000000",
                },
            })!;
            long start = Stopwatch.GetTimestamp();
            while (!listener.Poll(LookAgain, SelectMode.SelectRead))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(start) > options.StartDeadline)
                {
                    throw new IOException(process.HasExited ? $"it ended with exit code {process.ExitCode}" : "it does not answer");
                }
            }

            return (process, listener.Accept());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void Listen()
    {
        while (_channel.Receive() is { } frame)
        {
            switch (frame.Verb)
            {
                case PagerVerb.Done or PagerVerb.Failed when _pending.TryRemove(frame.Id, out TaskCompletionSource<byte[]>? answer):
                    Complete(answer, frame);
                    break;
                case PagerVerb.Bytes or PagerVerb.Complete or PagerVerb.Lost when _images.TryGetValue((uint)frame.Id, out PagedImage? image):
                    image.OnTold(frame);
                    break;
            }
        }

        _isOver = true;
        foreach (ulong id in _pending.Keys)
        {
            if (_pending.TryRemove(id, out TaskCompletionSource<byte[]>? answer))
            {
                answer.TrySetException(Gone());
            }
        }

        foreach (PagedImage image in _images.Values)
        {
            image.OnPagerGone();
        }
    }

    private static void Complete(TaskCompletionSource<byte[]> answer, PagerFrame frame)
    {
        if (frame.Verb == PagerVerb.Done)
        {
            answer.TrySetResult(frame.Body);
            return;
        }

        using BinaryReader reader = frame.Read();
        answer.TrySetException(new MigrationException((MigrationError)reader.ReadByte(), reader.ReadString()));
    }

    private MigrationException Gone() => new(MigrationError.ConnectionLost, $"the pager of this node (process {ProcessId}) has ended");
}
