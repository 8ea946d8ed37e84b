using QuicWasm.Native;

namespace QuicWasm.Migration;

/// <summary>
/// One memory of an image, as its pager fills it. Only whole pages are written: a page of the file is there or not, and one that is
/// there is never waited for. Bytes of a page that come in several pieces, in order, are put together first.
/// </summary>
internal sealed class PagedMemory(MemoryFile file) : IDisposable
{
    private readonly byte[] _page = new byte[AddressRange.PageBytes];
    private readonly byte[] _zeros = new byte[64 << 10];
    private int _filled;
    private ulong _next;
    private ulong _arrivedBytes;

    /// <summary>Views of programs, by address.</summary>
    public HashSet<ulong> Views { get; } = [];

    /// <summary>Whether it has been told that it is complete.</summary>
    public bool IsTold { get; set; }

    /// <summary>Its length in bytes.</summary>
    public ulong LengthBytes => file.LengthBytes;

    /// <summary>Whether every byte has come.</summary>
    public bool IsComplete => _arrivedBytes == file.LengthBytes;

    /// <summary>Takes bytes that follow those before, or begin at a page.</summary>
    /// <exception cref="MigrationException">They begin in the middle of a page.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset);
        _arrivedBytes += (ulong)bytes.Length;
        _next = offset + (ulong)bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_filled == 0 && bytes.Length >= _page.Length)
            {
                int whole = bytes.Length - (bytes.Length % _page.Length);
                file.Write(offset, bytes[..whole]);
                offset += (ulong)whole;
                bytes = bytes[whole..];
                continue;
            }

            int count = Math.Min(bytes.Length, _page.Length - _filled);
            bytes[..count].CopyTo(_page.AsSpan(_filled));
            _filled += count;
            offset += (ulong)count;
            bytes = bytes[count..];
            if (_filled == _page.Length)
            {
                _filled = 0;
                file.Write(offset - (ulong)_page.Length, _page);
            }
        }
    }

    /// <summary>Takes zeros, as <see cref="Write"/> takes bytes.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="lengthBytes">How many.</param>
    /// <param name="mayStayAway">Whether whole pages of them need not be there, since nobody goes on before the memory is complete.</param>
    /// <exception cref="MigrationException">They begin in the middle of a page.</exception>
    public void WriteZeros(ulong offset, ulong lengthBytes, bool mayStayAway)
    {
        Check(offset);
        if (mayStayAway && _filled == 0)
        {
            ulong whole = lengthBytes - (lengthBytes % (ulong)_page.Length);
            _arrivedBytes += whole;
            _next = offset + whole;
            offset += whole;
            lengthBytes -= whole;
        }

        while (lengthBytes > 0)
        {
            int count = (int)Math.Min(lengthBytes, _filled == 0 ? (ulong)_zeros.Length : (ulong)(_page.Length - _filled));
            Write(offset, _zeros.AsSpan(0, count));
            offset += (ulong)count;
            lengthBytes -= (ulong)count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void Check(ulong offset)
    {
        if (_filled > 0 ? offset != _next : offset % (ulong)_page.Length != 0)
        {
            throw new MigrationException(MigrationError.ProtocolViolation, $"bytes of a memory at {offset}, in the middle of a page of {_page.Length}");
        }
    }
}
