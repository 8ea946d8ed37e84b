namespace QuicWasm.Migration;

/// <summary>A program that runs at a memory node.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">A name for people.</param>
public sealed record ProgramEntry(Guid Id, string Name);
