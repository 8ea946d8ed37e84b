namespace QuicWasm.Native;

/// <summary>Which faults of a range are caught.</summary>
[Flags]
public enum UserfaultModes : ulong
{
    /// <summary>The first touch of a page that is not there.</summary>
    Missing = 1,

    /// <summary>A write to a page that is write-protected.</summary>
    WriteProtect = 2,
}
