namespace QuicWasm.Bench;

/// <summary>The emulator is ready.</summary>
/// <param name="Source">The source's namespace.</param>
/// <param name="Destination">The destination's namespace.</param>
internal sealed record LinkReady(string Source, string Destination);
