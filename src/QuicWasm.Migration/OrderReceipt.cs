namespace QuicWasm.Migration;

/// <summary>A node has done as it was ordered: the program is its own, and runs.</summary>
/// <param name="Program">The program, to be asked for with <see cref="NodeClient.WaitForEndAsync"/>.</param>
/// <param name="Output">Where its output goes, in words.</param>
public sealed record OrderReceipt(Guid Program, string Output);
