namespace QuicWasm.Modules;

/// <summary>
/// A value type: for numbers, vectors and the nullable references to any function, host object or exception its byte in the binary
/// format (spec: binary/types, sections 5.3.1 to 5.3.5). Other reference types are these with flags: see <see cref="ValueTypeFacts"/>.
/// </summary>
public enum ValueType : uint
{
    /// <summary>No value type: the bottom type of the validator's unreachable code.</summary>
    Unknown = 0,

    /// <summary>A 32-bit integer.</summary>
    I32 = 0x7F,

    /// <summary>A 64-bit integer.</summary>
    I64 = 0x7E,

    /// <summary>A 32-bit float.</summary>
    F32 = 0x7D,

    /// <summary>A 64-bit float.</summary>
    F64 = 0x7C,

    /// <summary>A 128-bit vector.</summary>
    V128 = 0x7B,

    /// <summary>A reference to a function, or null.</summary>
    FuncRef = 0x70,

    /// <summary>A reference to an object of the host, or null.</summary>
    ExternRef = 0x6F,

    /// <summary>A reference to an exception, or null.</summary>
    ExnRef = 0x69,
}
