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
