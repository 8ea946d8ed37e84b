using System.Collections.Immutable;

namespace QuicWasm.Modules;

/// <summary>One section of a binary.</summary>
/// <param name="Id">Its id byte.</param>
/// <param name="Offset">Where its id byte stands, in bytes.</param>
/// <param name="PayloadOffset">Where its payload begins.</param>
/// <param name="PayloadLength">Length of its payload in bytes.</param>
public readonly record struct BinarySection(byte Id, long Offset, long PayloadOffset, int PayloadLength);

/// <summary>Where the sections of a binary lie.</summary>
/// <param name="LengthBytes">Length of the binary in bytes.</param>
/// <param name="Sections">The sections, in order.</param>
public sealed record BinaryMap(long LengthBytes, ImmutableArray<BinarySection> Sections);
