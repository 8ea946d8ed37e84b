namespace QuicWasm.Interpreter;

/// <summary>Helpers of handlers that move frame contents.</summary>
internal static unsafe class FrameOperations
{
    /// <summary>Moves the arguments of a tail call to the beginning of the frame that the callee takes over; the ranges may overlap.</summary>
    // SAFETY: the arguments lie in the caller's frame; the callee's frame, of which they are the beginning, was checked against the stack's end.
    public static void MoveArguments(nint source, nint destination, nint lengthBytes) =>
        Buffer.MemoryCopy((void*)source, (void*)destination, lengthBytes, lengthBytes);

    /// <summary>Moves results to the beginning of the frame, where the caller expects them; the ranges may overlap.</summary>
    // SAFETY: both ranges lie in the frames of caller and callee, which the call checked against the stack's end.
    public static void MoveResults(nint source, nint destination, nint lengthBytes) =>
        Buffer.MemoryCopy((void*)source, (void*)destination, lengthBytes, lengthBytes);
}
