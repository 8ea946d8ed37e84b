using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>What the images of one pager share.</summary>
internal sealed record PagerHost(PagerChannel Channel, Userfault Userfault, PagerStatus Status, TransportRegistry Transports, RunningNodeOptions Options)
{
    /// <summary>From a touch to when a pager knows of it; zero until that has been measured.</summary>
    public TimeSpan TrapTime { get; set; }

    /// <summary>Tells the running node something that it did not ask for.</summary>
    public void Tell(PagerVerb verb, uint image, byte[] body) => Channel.Send(verb, image, body);
}
