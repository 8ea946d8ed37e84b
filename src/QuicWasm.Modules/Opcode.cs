namespace QuicWasm.Modules;

/// <summary>An instruction: its byte, or its prefix byte and number as <c>prefix &lt;&lt; 8 | number</c>.</summary>
public enum Opcode : ushort
{
    /// <summary>unreachable</summary>
    Unreachable = 0x00,
}
