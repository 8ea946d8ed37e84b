namespace QuicWasm.Bench;

/// <summary>The harness cannot go on, and says why.</summary>
internal class HarnessException(string message) : Exception(message);
