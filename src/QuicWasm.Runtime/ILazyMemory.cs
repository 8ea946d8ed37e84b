namespace QuicWasm.Runtime;

/// <summary>Brings the missing pages of a program's memories while it runs. Any thread may ask.</summary>
public interface ILazyMemory
{
    /// <summary>
    /// Why missing pages cannot be had any more, or null. It is set before the program can see a page that did not arrive: what was computed
    /// before is right, what is computed after must not be seen by anybody.
    /// </summary>
    string? Loss { get; }

    /// <summary>A memory that was mapped is about to go: nothing happens to its addresses after this.</summary>
    void Unmap(nint address);
}
