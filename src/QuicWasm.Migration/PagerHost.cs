using QuicWasm.Native;
using QuicWasm.Transport;

namespace QuicWasm.Migration;

/// <summary>What the images of one pager share.</summary>
internal sealed record PagerHost(PagerChannel Channel, Userfault Userfault, PagerStatus Status, TransportRegistry Transports, RunningNodeOptions Options)
{
    /// <summary>Tells the running node something that it did not ask for.</summary>
    public void Tell(PagerVerb verb, uint image, byte[] body) => Channel.Send(verb, image, body);
}
