namespace QuicWasm.Migration;

/// <summary>What a node is asked to resume.</summary>
/// <param name="Source">The memory node to take the program from, as the ordered node reaches it.</param>
/// <param name="Request">Which image, and how it is copied; windows and deadline are the ordered node's own.</param>
public sealed record ResumeOrder(string Source, MigrationRequest Request);
