namespace QuicWasm.Modules;

/// <summary>What is wrong with a module.</summary>
public enum ModuleError
{
    /// <summary>The bytes are not a module.</summary>
    Malformed,

    /// <summary>The module decodes, but does not validate.</summary>
    Invalid,

    /// <summary>The module needs a proposal that is not enabled, or not known.</summary>
    Unsupported,

    /// <summary>The module is larger than an implementation limit.</summary>
    LimitExceeded,
}

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
