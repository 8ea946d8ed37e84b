namespace QuicWasm.Modules;

/// <summary>
/// A function that the module defines: its type and its code. The code may be absent (a module read from its skeleton)
/// until <see cref="Provide"/> is called.
/// </summary>
public sealed class FunctionBody(int typeIndex, long offset, int lengthBytes)
{
    private ReadOnlyMemory<byte> _code;

    /// <summary>Index of the function's type.</summary>
    public int TypeIndex { get; } = typeIndex;

    /// <summary>Where the code (the local declarations) begins in the binary, in bytes.</summary>
    public long Offset { get; } = offset;

    /// <summary>Length of the code in bytes: local declarations, instructions and the final <c>end</c>.</summary>
    public int LengthBytes { get; } = lengthBytes;

    /// <summary>Whether the code is here.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>The code; a Wasm pc is a byte offset into it.</summary>
    /// <exception cref="InvalidOperationException">The code has not arrived.</exception>
    public ReadOnlyMemory<byte> Code =>
        IsPresent ? _code : throw new InvalidOperationException($"The code at offset {Offset} has not arrived.");

    /// <summary>Gives the code, which must be <see cref="LengthBytes"/> long.</summary>
    /// <exception cref="ModuleException">The length differs.</exception>
    public void Provide(ReadOnlyMemory<byte> code)
    {
        if (code.Length != LengthBytes)
        {
            throw new ModuleException(ModuleError.Malformed, Offset, $"function code of {code.Length} bytes where {LengthBytes} were declared");
        }

        _code = code;
        IsPresent = true;
    }
}
