using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>What the images of one pager share.</summary>
internal sealed record PagerHost(PagerChannel Channel, Userfault Userfault, PagerStatus Status, TransportRegistry Transports, RunningNodeOptions Options)
{
    private PagerConnections? _connections;

    /// <summary>Connections that are made ahead of their use.</summary>
    public PagerConnections Connections => LazyInitializer.EnsureInitialized(ref _connections, () => new PagerConnections(this));

    /// <summary>From a touch to when a pager knows of it; measured once, beside what the pager does.</summary>
    public TaskCompletionSource<TimeSpan> TrapTime { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells the running node something that it did not ask for.</summary>
    public void Tell(PagerVerb verb, uint image, byte[] body) => Channel.Send(verb, image, body);
}
