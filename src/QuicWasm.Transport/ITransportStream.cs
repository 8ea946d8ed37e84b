namespace QuicWasm.Transport;

/// <summary>
/// Bytes in order, both ways, with back-pressure: a write ends when the network has taken the bytes, so a slow reader holds the writer
/// back. One reader and one writer may be active at once; whoever needs more must take turns.
/// </summary>
/// <remarks>
/// Disposing of a stream whose writes are not completed aborts it, so that a peer never takes a part for the whole. After
/// <see cref="CompleteWritesAsync"/> disposing loses nothing that was written; input that was not read is thrown away.
/// </remarks>
public interface ITransportStream : IAsyncDisposable
{
    /// <summary>The stream's number, unique in its connection; even when the connecting side opened it, odd when the accepting side did.</summary>
    ulong Number { get; }

    /// <summary>The connection that it belongs to.</summary>
    ITransportConnection Connection { get; }

    /// <summary>How long a read waits for the first byte before it fails with <see cref="TransportError.Timeout"/> and aborts the stream.</summary>
    TimeSpan ReadTimeout { get; set; }

    /// <summary>How long a write waits without any progress before it fails with <see cref="TransportError.Timeout"/> and aborts the stream.</summary>
    TimeSpan WriteTimeout { get; set; }

    /// <summary>
    /// Reads what there is, at least one byte, straight into <paramref name="buffer"/>. A cancelled read loses no bytes. The code after it
    /// may run on a thread of the transport's, which it may keep.
    /// </summary>
    /// <param name="buffer">Where to; not empty.</param>
    /// <param name="cancellationToken">Ends the wait; the stream can be read again.</param>
    /// <returns>How many bytes; 0 when the peer has completed its writes and all of them have been read.</returns>
    /// <exception cref="TransportException">The stream was aborted, the connection is gone, or the deadline has passed.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Writes all of <paramref name="bytes"/>, which must stay unchanged until then.</summary>
    /// <param name="bytes">What to write.</param>
    /// <param name="cancellationToken">A write that is cancelled midway aborts the stream: nobody knows how much has left.</param>
    /// <exception cref="TransportException">The stream was aborted, the connection is gone, or the deadline has passed.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>
    /// From now on reads and writes wait on the calling thread, which the system itself wakes, and return completed: for a stream that has
    /// threads of its own, and whose answers are waited for. Once, while nothing is read or written.
    /// </summary>
    /// <param name="spin">How long a read looks again and again before it sleeps: for who knows that an answer is near.</param>
    /// <returns>Whether this stream can do so; if not, it is as it was.</returns>
    bool TryDedicate(TimeSpan spin = default) => false;

    /// <summary>Says that no more bytes follow: the peer's read returns 0 after the last. Reading goes on.</summary>
    ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the stream both ways at once. Pending and later operations fail on both sides; the peer learns the code.</summary>
    /// <param name="code">Why; below 2^62. <see cref="TransportCodes"/> has those that this library uses.</param>
    void Abort(ulong code);
}
