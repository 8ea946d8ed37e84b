namespace QuicWasm.Modules;

/// <summary>Additions to WebAssembly 1.0, as flags.</summary>
[Flags]
public enum Proposals
{
    /// <summary>WebAssembly 1.0.</summary>
    None = 0,

    /// <summary>Globals that can be set may be imported and exported (2.0).</summary>
    MutableGlobals = 1 << 0,

    /// <summary>Instructions that extend the sign of a part of a number (2.0).</summary>
    SignExtension = 1 << 1,

    /// <summary>Conversions from floats to integers that saturate (2.0).</summary>
    SaturatingFloatToInt = 1 << 2,

    /// <summary>Several results, and blocks with parameters (2.0).</summary>
    MultiValue = 1 << 3,

    /// <summary>References as values, and several tables (2.0).</summary>
    ReferenceTypes = 1 << 4,

    /// <summary>Bulk operations on memories and tables (2.0).</summary>
    BulkMemory = 1 << 5,

    /// <summary>Vectors of 128 bits (2.0).</summary>
    Simd = 1 << 6,

    /// <summary>Tail calls (3.0).</summary>
    TailCalls = 1 << 7,

    /// <summary>Arithmetic in constant expressions, and the module's own earlier globals there (3.0).</summary>
    ExtendedConst = 1 << 8,

    /// <summary>Several memories (3.0).</summary>
    MultiMemory = 1 << 9,

    /// <summary>Memories and tables with 64-bit addresses (3.0).</summary>
    Memory64 = 1 << 10,

    /// <summary>
    /// Vector instructions whose results may differ between machines (3.0). Here they do not: they are those of the deterministic profile.
    /// </summary>
    RelaxedSimd = 1 << 11,

    /// <summary>Exceptions (3.0).</summary>
    ExceptionHandling = 1 << 12,

    /// <summary>Typed references to functions (3.0).</summary>
    FunctionReferences = 1 << 13,

    /// <summary>Structures and arrays under garbage collection (3.0).</summary>
    GarbageCollection = 1 << 14,

    /// <summary>Shared memories and atomic instructions.</summary>
    Threads = 1 << 15,

    /// <summary>Everything in WebAssembly 2.0.</summary>
    Wasm2 = MutableGlobals | SignExtension | SaturatingFloatToInt | MultiValue | ReferenceTypes | BulkMemory | Simd,
}
