namespace QuicWasm.Native;

/// <summary>What to wait for, and what happened. The last three are reported without being asked for.</summary>
[Flags]
public enum PollEvents : short
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A read will not block.</summary>
    Readable = 0x1,

    /// <summary>A write will not block.</summary>
    Writable = 0x4,

    /// <summary>The descriptor has an error.</summary>
    Error = 0x8,

    /// <summary>The other end is closed.</summary>
    HangUp = 0x10,

    /// <summary>The descriptor is not open.</summary>
    Invalid = 0x20,
}
