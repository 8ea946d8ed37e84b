namespace QuicWasm.Wasi;

/// <summary>A folder that a program sees: of the host, or in memory.</summary>
/// <param name="GuestPath">The path by which the program knows it; after a move it is found again by this.</param>
/// <param name="HostPath">The folder of the host; null for one in memory, which is empty at first and travels with the program.</param>
/// <param name="IsReadOnly">Whether changes are refused, as on a file system that is mounted read-only.</param>
public sealed record WasiPreopen(string GuestPath, string? HostPath, bool IsReadOnly = false)
{
    /// <summary>A folder in memory.</summary>
    public static WasiPreopen InMemory(string guestPath) => new(guestPath, null);
}
