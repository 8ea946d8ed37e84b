using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// One memory of an image, as its pager fills it. Only whole pages are written: a page of the file is there or not, and one that is
/// there is never waited for. Bytes of a page that come in several pieces, in order, are put together first. What comes again after a
/// lost connection is written again, and is the same.
/// </summary>
internal sealed class PagedMemory(MemoryFile file) : IDisposable
{
    private readonly byte[] _zeros = new byte[64 << 10];
    private ulong _arrivedBytes;
    private int _writers;
    private volatile bool _isClosed;

    /// <summary>Views of programs, by address.</summary>
    public HashSet<ulong> Views { get; } = [];

    /// <summary>Whether it has been told that it is complete.</summary>
    public bool IsTold { get; set; }

    /// <summary>Its length in bytes.</summary>
    public ulong LengthBytes => file.LengthBytes;

    /// <summary>Whether every byte has come.</summary>
    public bool IsComplete => _arrivedBytes == file.LengthBytes;

    /// <summary>So many bytes more are here for good. Under the session's lock.</summary>
    public void Arrived(ulong lengthBytes) => _arrivedBytes += lengthBytes;

    /// <summary>
    /// Nothing is written from when this returns on: the file may become a program's, and what comes once more, after a lost connection, would undo what it writes.
    /// </summary>
    public void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier();
        SpinWait wait = default;
        while (Volatile.Read(ref _writers) > 0)
        {
            wait.SpinOnce();
        }
    }

    /// <summary>Takes bytes that follow those before on the same lane, or begin at a page.</summary>
    /// <exception cref="MigrationException">They begin in the middle of a page.</exception>
    public void Write(PageAssembly assembly, ulong offset, ReadOnlySpan<byte> bytes)
    {
        Check(assembly, offset);
        assembly.Next = offset + (ulong)bytes.Length;
        byte[] page = assembly.Page;
        while (!bytes.IsEmpty)
        {
            if (assembly.Filled == 0 && bytes.Length >= page.Length)
            {
                int whole = bytes.Length - (bytes.Length % page.Length);
                WriteUnlessClosed(offset, bytes[..whole]);
                offset += (ulong)whole;
                bytes = bytes[whole..];
                continue;
            }

            int count = Math.Min(bytes.Length, page.Length - assembly.Filled);
            bytes[..count].CopyTo(page.AsSpan(assembly.Filled));
            assembly.Filled += count;
            offset += (ulong)count;
            bytes = bytes[count..];
            if (assembly.Filled == page.Length)
            {
                assembly.Filled = 0;
                WriteUnlessClosed(offset - (ulong)page.Length, page);
            }
        }
    }

    /// <summary>Takes zeros, as <see cref="Write"/> takes bytes.</summary>
    /// <param name="assembly">The lane's page of this memory.</param>
    /// <param name="offset">Where.</param>
    /// <param name="lengthBytes">How many.</param>
    /// <param name="mayStayAway">Whether whole pages of them need not be there, since nobody goes on before the memory is complete.</param>
    /// <exception cref="MigrationException">They begin in the middle of a page.</exception>
    public void WriteZeros(PageAssembly assembly, ulong offset, ulong lengthBytes, bool mayStayAway)
    {
        Check(assembly, offset);
        if (mayStayAway && assembly.Filled == 0)
        {
            ulong whole = lengthBytes - (lengthBytes % (ulong)assembly.Page.Length);
            assembly.Next = offset + whole;
            offset += whole;
            lengthBytes -= whole;
        }

        while (lengthBytes > 0)
        {
            int count = (int)Math.Min(lengthBytes, assembly.Filled == 0 ? (ulong)_zeros.Length : (ulong)(assembly.Page.Length - assembly.Filled));
            Write(assembly, offset, _zeros.AsSpan(0, count));
            offset += (ulong)count;
            lengthBytes -= (ulong)count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void WriteUnlessClosed(ulong offset, ReadOnlySpan<byte> pages)
    {
        Interlocked.Increment(ref _writers);
        try
        {
            if (!_isClosed)
            {
                file.Write(offset, pages);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _writers);
        }
    }

    private static void Check(PageAssembly assembly, ulong offset)
    {
        if (assembly.Filled > 0 ? offset != assembly.Next : offset % (ulong)assembly.Page.Length != 0)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"bytes of a memory at {offset}, in the middle of a page of {assembly.Page.Length}");
        }
    }
}
