using System.Collections.Immutable;

namespace QuicWasm.State;

/// <summary>A call that a program has still to make.</summary>
/// <param name="FunctionAddress">Address of the function in the Store.</param>
/// <param name="Arguments">Its arguments, in slots.</param>
public readonly record struct PendingCall(int FunctionAddress, ImmutableArray<ulong> Arguments)
{
    /// <summary>A call without arguments.</summary>
    public PendingCall(int functionAddress)
        : this(functionAddress, [])
    {
    }
}
