using QuicWasm.Migration;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>The transports of this process.</summary>
internal static class Transports
{
    /// <summary>All of them.</summary>
    public static TransportRegistry All { get; } = TransportRegistry.CreateDefault();

    /// <summary>Lets a memory node listen; gives the endpoint with the port that was chosen.</summary>
    public static ValueTask<TransportEndpoint> ListenAsync(
        MemoryNode node, TransportEndpoint endpoint, bool allowInsecureBind, CancellationToken cancellationToken) => node.ListenAsync(
            All, endpoint, TransportOptions.Default with { AllowInsecureBind = allowInsecureBind }, cancellationToken);
}
