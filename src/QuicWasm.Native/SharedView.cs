using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>A mapping that processes share. Disposing of it unmaps it: nobody may use the bytes then.</summary>
public sealed unsafe class SharedView : SafeHandleZeroOrMinusOneIsInvalid
{
    internal SharedView(byte* address, ulong lengthBytes)
        : base(ownsHandle: true)
    {
        LengthBytes = lengthBytes;
        SetHandle((nint)address);
    }

    /// <summary>Its length in bytes.</summary>
    public ulong LengthBytes { get; }

    internal byte* Base => (byte*)handle;

    /// <summary>Reads a byte that another process may write.</summary>
    public byte Read(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)offset, LengthBytes);
        return Volatile.Read(ref Base[offset]);
    }

    /// <summary>Writes a byte that another process may read: whatever this process did before is seen before it.</summary>
    public void Write(int offset, byte value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)offset, LengthBytes);
        Volatile.Write(ref Base[offset], value);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => MemoryCalls.Unmap((void*)handle, (nuint)LengthBytes) == 0;
}
