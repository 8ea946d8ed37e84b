namespace QuicWasm.Migration;

/// <summary>When a program's bytes are copied. The numbers are of the protocol.</summary>
public enum CopyMode : byte
{
    /// <summary>Everything first; then the program runs.</summary>
    NoCow = 0,

    /// <summary>The program runs as soon as its skeleton is there; a first touch fetches its granule.</summary>
    Cow = 1,
}
