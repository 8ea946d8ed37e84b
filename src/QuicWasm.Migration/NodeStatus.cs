using System.Collections.Immutable;

namespace QuicWasm.Migration;

/// <summary>How a memory node is doing.</summary>
/// <param name="NodeName">Its name.</param>
/// <param name="Programs">The programs that run there and can be frozen.</param>
/// <param name="ImageCount">How many images it keeps.</param>
/// <param name="ConnectionCount">How many nodes are connected.</param>
/// <param name="GranulesSent">Granules that it has sent since it started.</param>
/// <param name="BytesSent">Bytes of granules that it has sent since it started.</param>
public sealed record NodeStatus(
    string NodeName, ImmutableArray<ProgramEntry> Programs, int ImageCount, int ConnectionCount, ulong GranulesSent, ulong BytesSent);
