using QuicWasm.Native;

namespace QuicWasm.Transport;

/// <summary>What one stream has to send. Under its connection's lock.</summary>
internal sealed class QuicOutput(long streamId, QuicChunks chunks, int limitBytes)
{
    public long StreamId { get; } = streamId;

    public QuicSendBuffer Buffer { get; } = new(chunks, limitBytes);

    /// <summary>No more bytes follow those in the buffer.</summary>
    public bool IsComplete { get; set; }

    /// <summary>The end was written, too.</summary>
    public bool EndIsWritten { get; set; }

    /// <summary>It stands in the connection's queue.</summary>
    public bool IsQueued { get; set; }

    public bool HasWork => Buffer.UnsentBytes > 0 || (IsComplete && !EndIsWritten);
}
