namespace QuicWasm.State;

/// <summary>What is wrong with an image.</summary>
public enum ImageError
{
    /// <summary>It is not an image, or broken: cut short, changed, or inconsistent.</summary>
    Corrupt,

    /// <summary>It has a version that this build does not read.</summary>
    UnknownVersion,

    /// <summary>It is larger than a limit.</summary>
    LimitExceeded,

    /// <summary>It needs something that is not here: a host module, a folder, a feature.</summary>
    Unavailable,

    /// <summary>The program cannot be captured now, or its image cannot be written.</summary>
    CaptureFailed,
}

/// <summary>An image cannot be written, read or restored. The message names the part and says what is wrong.</summary>
public sealed class ImageException(ImageError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of error it is.</summary>
    public ImageError Error { get; } = error;
}
