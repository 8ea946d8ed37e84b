using QuicWasm.State;

namespace QuicWasm.Migration;

/// <summary>One first touch that had to wait.</summary>
/// <param name="Kind">What was touched.</param>
/// <param name="Granules">Granules that were fetched for it; 0 where somebody else's fetch was waited for.</param>
/// <param name="LengthBytes">Bytes of those granules.</param>
/// <param name="QueueTime">How long it waited for its turn.</param>
/// <param name="TotalTime">How long the program stood still.</param>
public readonly record struct FaultRecord(PartKind Kind, int Granules, ulong LengthBytes, TimeSpan QueueTime, TimeSpan TotalTime);
