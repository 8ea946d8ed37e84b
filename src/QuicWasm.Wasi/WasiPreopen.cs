namespace QuicWasm.Wasi;

/// <summary>A folder of the host that a program sees.</summary>
/// <param name="GuestPath">The path by which the program knows it; after a move it is found again by this.</param>
/// <param name="HostPath">The folder of the host.</param>
/// <param name="IsReadOnly">Whether changes are refused, as on a file system that is mounted read-only.</param>
public sealed record WasiPreopen(string GuestPath, string HostPath, bool IsReadOnly = false);
