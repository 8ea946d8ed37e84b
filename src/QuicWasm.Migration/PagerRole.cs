namespace QuicWasm.Migration;

/// <summary>What a pager's node is to the image that it connects for.</summary>
internal enum PagerRole
{
    /// <summary>The claim is with the running node's own connection.</summary>
    Visitor,

    /// <summary>The claim is with the pager's connection. Only the running node commits: it alone knows whether everything came that must come first.</summary>
    Claimant,

    /// <summary>The running node has committed.</summary>
    Owner,
}
