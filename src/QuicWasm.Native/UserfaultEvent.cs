namespace QuicWasm.Native;

/// <summary>A thread has touched a page and waits.</summary>
/// <param name="Address">Where; rounded down to the page.</param>
/// <param name="IsWrite">Whether it wanted to write.</param>
/// <param name="IsWriteProtected">Whether the page is there, and protected.</param>
public readonly record struct UserfaultEvent(ulong Address, bool IsWrite, bool IsWriteProtected);
