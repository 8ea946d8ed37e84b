namespace QuicWasm.Native;

/// <summary>What a connecting side keeps of a connection, to begin the next one with encrypted data at once (0-RTT).</summary>
/// <param name="Session">The TLS session, as GnuTLS packs it.</param>
/// <param name="Parameters">The peer's transport parameters, as libngtcp2 has them.</param>
public sealed record QuicTicket(ReadOnlyMemory<byte> Session, ReadOnlyMemory<byte> Parameters);
