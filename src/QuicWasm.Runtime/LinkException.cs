namespace QuicWasm.Runtime;

/// <summary>Why a module could not be linked or instantiated.</summary>
public enum LinkError
{
    /// <summary>Nothing has the imported name.</summary>
    UnknownImport,

    /// <summary>The import exists with another type.</summary>
    IncompatibleImport,

    /// <summary>A limit of the runtime's Configure is too low.</summary>
    LimitExceeded,

    /// <summary>The export that was asked for does not exist, or is of another kind.</summary>
    UnknownExport,

    /// <summary>Memory could not be had.</summary>
    OutOfMemory,
}

/// <summary>A module could not be linked or instantiated; every step that had been taken is undone.</summary>
public sealed class LinkException(LinkError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of error it is.</summary>
    public LinkError Error { get; } = error;
}
