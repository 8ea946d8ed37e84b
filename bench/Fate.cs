namespace QuicWasm.Bench;

/// <summary>What becomes of a packet.</summary>
internal enum Fate
{
    /// <summary>It comes out in its turn.</summary>
    Delivered,

    /// <summary>It comes out later, and others before it.</summary>
    HeldBack,

    /// <summary>It is lost on purpose.</summary>
    Lost,

    /// <summary>The queue had no room for it.</summary>
    Dropped,
}
