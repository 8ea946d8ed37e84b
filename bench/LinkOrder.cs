namespace QuicWasm.Bench;

/// <summary>What the emulator is to do from now on.</summary>
/// <param name="Settings">To packets of both directions.</param>
/// <param name="Seed">Where chance comes from.</param>
internal sealed record LinkOrder(LinkSettings Settings, int Seed);
