using QuicWasm.Transport;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>An image that a memory node of <see cref="MemoryNodes"/> serves, and its file.</summary>
/// <param name="id">The image.</param>
/// <param name="endpoint">Where it is served.</param>
/// <param name="folder">What is deleted in the end.</param>
internal sealed class ServedImage(Guid id, TransportEndpoint endpoint, string folder) : IDisposable
{
    /// <summary>The image.</summary>
    public Guid Id => id;

    /// <summary>Where it is served.</summary>
    public TransportEndpoint Endpoint => endpoint;

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
