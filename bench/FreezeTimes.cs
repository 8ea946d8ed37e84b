namespace QuicWasm.Bench;

/// <summary>How long one program stood still.</summary>
/// <param name="Request">From the request until it stood at a safe point.</param>
/// <param name="Freeze">Until its image could be read.</param>
/// <param name="Fork">Until its image was apart from it, and it could go on.</param>
/// <param name="Again">The same a second time, when some of its pages had changed.</param>
/// <param name="CopiedBytes">What the second time copied.</param>
internal sealed record FreezeTimes(TimeSpan Request, TimeSpan Freeze, TimeSpan Fork, TimeSpan Again, ulong CopiedBytes);
