namespace QuicWasm.Migration;

/// <summary>Who may take an image. The numbers are of the protocol.</summary>
public enum ImageState : byte
{
    /// <summary>Anybody may claim it.</summary>
    Available = 0,

    /// <summary>A node is on its way of taking it.</summary>
    Claimed = 1,

    /// <summary>A node owns the program. The image is kept until that node says that it needs it no more.</summary>
    Committed = 2,

    /// <summary>Nodes read it for children of its program. It stays, and can be claimed when none does any more.</summary>
    Shared = 3,
}
