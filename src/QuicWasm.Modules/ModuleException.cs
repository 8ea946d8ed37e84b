namespace QuicWasm.Modules;

/// <summary>A module is malformed, invalid or over a limit. The message begins with the specification's words.</summary>
public sealed class ModuleException(ModuleError error, long offset, string detail)
    : Exception($"{Word(error)} module at offset 0x{offset:x}: {detail}")
{
    /// <summary>What kind of error it is.</summary>
    public ModuleError Error { get; } = error;

    /// <summary>Where in the binary, in bytes.</summary>
    public long Offset { get; } = offset;

    /// <summary>What is wrong, in the specification's words.</summary>
    public string Detail { get; } = detail;

    private static string Word(ModuleError error) => error switch
    {
        ModuleError.Malformed => "malformed",
        ModuleError.Invalid => "invalid",
        ModuleError.Unsupported => "unsupported",
        _ => "oversized",
    };
}
