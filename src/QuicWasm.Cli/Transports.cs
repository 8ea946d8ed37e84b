using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>The transports of this process.</summary>
internal static class Transports
{
    /// <summary>All of them.</summary>
    public static TransportRegistry All { get; } = TransportRegistry.CreateDefault();
}
