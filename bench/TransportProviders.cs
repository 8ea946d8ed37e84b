using System.Collections.Concurrent;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary>What carries a transport on this machine.</summary>
internal static class TransportProviders
{
    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary>Why a transport that needs a library cannot be used here, or null.</summary>
    public static string? Missing(string transport) =>
        transport.StartsWith("quic", StringComparison.Ordinal) && TransportCatalogue.All.First(t => t.Name == transport).Create().Provider is null
            ? $"{transport}: this machine has no library for it; {Native.QuicLibraries.Advice}"
            : null;

    /// <summary>The library and its version, such as <c>ngtcp2 0.12.1</c>; the transport's own name where it is the platform's, or there is none.</summary>
    public static string Of(string transport) => Known.GetOrAdd(
        transport, static name => TransportCatalogue.All.FirstOrDefault(t => t.Name == name)?.Create().Provider ?? name);
}
