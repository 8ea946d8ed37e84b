namespace QuicWasm.Modules;

/// <summary>
/// A function that the module defines: its type and its code. The code may be absent (a module read from its skeleton)
/// until <see cref="Provide"/> is called.
/// </summary>
/// <param name="typeIndex">Index of the function's type.</param>
/// <param name="offset">Where the code (the local declarations) begins in the binary, in bytes.</param>
/// <param name="lengthBytes">Length of the code in bytes.</param>
public sealed class FunctionBody(int typeIndex, long offset, int lengthBytes)
{
    private static readonly Lock Gate = new();
    private ReadOnlyMemory<byte> _code;
    private volatile bool _isPresent;

    /// <summary>Index of the function's type.</summary>
    public int TypeIndex { get; } = typeIndex;

    /// <summary>Where the code (the local declarations) begins in the binary, in bytes.</summary>
    public long Offset { get; } = offset;

    /// <summary>Length of the code in bytes: local declarations, instructions and the final <c>end</c>.</summary>
    public int LengthBytes { get; } = lengthBytes;

    /// <summary>Whether the code is here.</summary>
    public bool IsPresent => _isPresent;

    /// <summary>The code; a Wasm pc is a byte offset into it.</summary>
    /// <exception cref="InvalidOperationException">The code has not arrived.</exception>
    public ReadOnlyMemory<byte> Code =>
        IsPresent ? _code : throw new InvalidOperationException($"The code at offset {Offset} has not arrived.");

    /// <summary>
    /// Gives the code, which must be <see cref="LengthBytes"/> long and must not change. Only the first call has an effect.
    /// </summary>
    /// <exception cref="ModuleException">The length differs.</exception>
    public void Provide(ReadOnlyMemory<byte> code)
    {
        if (code.Length != LengthBytes)
        {
            throw new ModuleException(
                ModuleError.Malformed, Offset, $"function code of {code.Length} bytes where {LengthBytes} were declared");
        }

        // Code that may have been validated is never exchanged for other code.
        lock (Gate)
        {
            if (!_isPresent)
            {
                _code = code;
                _isPresent = true;
            }
        }
    }
}
