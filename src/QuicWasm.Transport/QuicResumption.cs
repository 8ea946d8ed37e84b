using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>What a connecting side keeps of a listener, for one connection more.</summary>
/// <param name="Ticket">The session.</param>
/// <param name="Cookie">What the listener knows this side by.</param>
/// <param name="Certificates">The listener's certificates (DER), which are judged again.</param>
internal sealed record QuicResumption(QuicTicket Ticket, UInt128 Cookie, IReadOnlyList<byte[]> Certificates);
