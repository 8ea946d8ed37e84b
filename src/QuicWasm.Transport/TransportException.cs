namespace QuicWasm.Transport;

/// <summary>Something failed between two nodes. The message says what, with which peer, and what to do.</summary>
public sealed class TransportException : Exception
{
    /// <summary>An exception with all that is known.</summary>
    public TransportException(TransportError error, string message, ulong? code = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Code = code;
    }

    /// <summary>What kind of error it is.</summary>
    public TransportError Error { get; }

    /// <summary>The code that a stream was aborted or a connection closed with, where one is known.</summary>
    public ulong? Code { get; }

    /// <summary>The same failure for another waiter, with a stack trace of its own.</summary>
    internal TransportException Again() => new(Error, Message, Code, this);
}
