namespace QuicWasm.Native;

/// <summary>What the first packet of a new connection says, for the accepting side.</summary>
/// <param name="Version">The QUIC version.</param>
/// <param name="DestinationId">The connection id that the client chose for the server.</param>
/// <param name="SourceId">The client's own.</param>
/// <param name="Token">The address validation token, or empty.</param>
/// <param name="OriginalId">The destination id before a Retry, when the token came from one; otherwise null.</param>
public sealed record QuicInitial(uint Version, byte[] DestinationId, byte[] SourceId, byte[] Token, byte[]? OriginalId);
