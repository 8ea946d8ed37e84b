namespace QuicWasm.Migration;

/// <summary>How a program that was ordered has ended.</summary>
public enum OrderedOutcome : byte
{
    /// <summary>It runs.</summary>
    Running = 0,

    /// <summary>It ended by itself.</summary>
    Completed = 1,

    /// <summary>It was frozen, and belongs to its image.</summary>
    Frozen = 2,

    /// <summary>It trapped.</summary>
    Trapped = 3,
}
