namespace QuicWasm.Runtime;

/// <summary>Who a child of a fork is: what makes it another program than its siblings, with which it shares everything else at its beginning.</summary>
/// <param name="Id">Its identity, which nobody else has.</param>
/// <param name="Index">Which child of the fork it is, from 0.</param>
/// <param name="Arguments">Its arguments in place of its parent's, the program's name first; null where it keeps those.</param>
public sealed record ChildIdentity(Guid Id, int Index, IReadOnlyList<string>? Arguments);
