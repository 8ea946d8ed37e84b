using System.Buffers.Binary;

namespace QuicWasm.Transport;

/// <summary>What one side tells the other about a stream or the connection.</summary>
internal enum ControlKind : byte
{
    /// <summary>The sender's writes on the stream are complete; the value is how many bytes they were.</summary>
    Completed = 1,

    /// <summary>The sender aborted the stream; the value is its code.</summary>
    Aborted = 2,

    /// <summary>The sender says no more about the stream. When both have said so, its place is free.</summary>
    Finished = 3,

    /// <summary>The accepting side asks the connecting side to dial a socket for its stream.</summary>
    OpenRequest = 4,

    /// <summary>The sender closes the connection; the value is its code.</summary>
    Close = 5,
}

/// <summary>A message on a control socket. See docs/wire-protocol.md, section 1.</summary>
internal readonly record struct ControlMessage(ControlKind Kind, ulong StreamNumber, ulong Value)
{
    public const int LengthBytes = 24;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (byte)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], StreamNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Value);
    }

    /// <summary>Reads a message; false when the kind is not known, or the stream number does not fit it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ControlMessage message)
    {
        var kind = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        message = new((ControlKind)kind, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
        return kind is >= (ulong)ControlKind.Completed and <= (ulong)ControlKind.Close && (message.StreamNumber == 0) == (message.Kind == ControlKind.Close);
    }
}
