namespace QuicWasm.Native;

/// <summary>What the operating system refused, and why.</summary>
public enum NativeError
{
    /// <summary>No memory, or no address space, is left.</summary>
    OutOfMemory,

    /// <summary>The arguments were not accepted.</summary>
    InvalidArgument,

    /// <summary>The process lacks the right.</summary>
    AccessDenied,

    /// <summary>A limit of the process or of the system is reached (open descriptors, mappings).</summary>
    LimitReached,

    /// <summary>The descriptor is closed, or of the wrong kind.</summary>
    BadDescriptor,

    /// <summary>This system or kernel does not have the call.</summary>
    NotSupported,

    /// <summary>Anything else; the error number says what.</summary>
    Other,
}
