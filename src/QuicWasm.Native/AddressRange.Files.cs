namespace QuicWasm.Native;

/// <content>Views of memory files in the range.</content>
/// <remarks>
/// A shared view becomes a private one at the same address (<see cref="MakePrivate"/>) without a look at its pages: their tables are moved
/// aside (mremap moves a whole table for each GiB of a view that is aligned so), a private view is put in their place, and the tables go
/// later, on another thread. Without that the kernel would take each page out of the view first: some 0.1 us a page, while the program waits.
/// </remarks>
public sealed unsafe partial class AddressRange
{
    /// <summary>What a view must be aligned to, and its range long enough for, so that the time of <see cref="MakePrivate"/> does not depend on its length.</summary>
    public const ulong MoveUnitBytes = 1UL << 30;

    /// <summary>Maps a memory file over a part of the range: its pages are read from the file, and written to the file or to private copies.</summary>
    /// <param name="offsetBytes">Where to begin, a multiple of the page size.</param>
    /// <param name="file">The file, of whole pages; all of it is mapped.</param>
    /// <param name="isPrivate">Whether a page that is written to is copied first, so that the file stays as it is.</param>
    /// <exception cref="NativeException">The system refused.</exception>
    public void MapFile(ulong offsetBytes, MemoryFile file, bool isPrivate) => MapFile(offsetBytes, file, 0, file.LengthBytes, isPrivate);

    /// <summary>Maps a piece of a memory file over a part of the range.</summary>
    /// <param name="offsetBytes">Where to begin, a multiple of the page size.</param>
    /// <param name="file">The file.</param>
    /// <param name="fileOffsetBytes">Where the piece begins in the file, a multiple of the page size.</param>
    /// <param name="lengthBytes">How long it is, in whole pages.</param>
    /// <param name="isPrivate">Whether a page that is written to is copied first, so that the file stays as it is.</param>
    /// <exception cref="NativeException">The system refused.</exception>
    public void MapFile(ulong offsetBytes, MemoryFile file, ulong fileOffsetBytes, ulong lengthBytes, bool isPrivate)
    {
        byte* address = Locate(offsetBytes, lengthBytes);
        int flags = MemoryCalls.MapFixed | (isPrivate ? MemoryCalls.MapPrivate | MemoryCalls.NoReserve : MemoryCalls.MapShared);
        void* mapped = MemoryFileCalls.Map(
            address, (nuint)lengthBytes, MemoryCalls.ProtRead | MemoryCalls.ProtWrite, flags, file.Descriptor, (nint)fileOffsetBytes);
        if (mapped != address)
        {
            throw NativeException.FromLastError($"cannot map {lengthBytes} bytes of a file at offset {offsetBytes} of a range of {LengthBytes}");
        }
    }

    /// <summary>
    /// Turns a shared view of a file into a private one: from now on the file stays as it is. Nobody may use the view meanwhile. Where this
    /// fails the view is as it was.
    /// </summary>
    /// <param name="offsetBytes">Where the view begins.</param>
    /// <param name="file">The file, all of which is mapped there.</param>
    /// <param name="roomBytes">How many bytes from there on are the view's to grow into: nothing else is in them.</param>
    /// <exception cref="NativeException">The system refused.</exception>
    public void MakePrivate(ulong offsetBytes, MemoryFile file, ulong roomBytes)
    {
        _ = Locate(offsetBytes, roomBytes);
        ulong moved = MovedBytes(offsetBytes, file.LengthBytes, roomBytes);
        AddressRange? aside = moved > 0 ? TryMoveAside(offsetBytes, file, moved) : null;
        try
        {
            MapFile(offsetBytes, file, isPrivate: true);
        }
        finally
        {
            if (aside is not null)
            {
                Decommit(offsetBytes + file.LengthBytes, moved - file.LengthBytes);
                ThreadPool.QueueUserWorkItem(static range => range.Abandon(), aside, preferLocal: false);
            }
        }
    }

    private ulong MovedBytes(ulong offsetBytes, ulong lengthBytes, ulong roomBytes)
    {
        ulong moved = (lengthBytes + MoveUnitBytes - 1) & ~(MoveUnitBytes - 1);
        bool canMove = OperatingSystem.IsLinux() && (Address + offsetBytes) % MoveUnitBytes == 0 && moved <= roomBytes;
        return canMove ? moved : 0;
    }

    // Null where an older kernel does not do that: then mapping anew takes the pages out one by one.
    // RACE: the old place stays mapped (MREMAP_DONTUNMAP), so that no other thread's mapping can come there.
    private AddressRange? TryMoveAside(ulong offsetBytes, MemoryFile file, ulong moved)
    {
        // One mapping of whole GiB, so that whole tables are moved. Nothing lies beyond the file's end, and nobody touches that.
        if (moved > file.LengthBytes)
        {
            MapFile(offsetBytes + file.LengthBytes, file, file.LengthBytes, moved - file.LengthBytes, isPrivate: false);
        }

        AddressRange aside = Reserve(moved, MoveUnitBytes);
        if (MemoryCalls.Move(Base + offsetBytes, (nuint)moved, (nuint)moved, MovesTables, aside.Base) == aside.Base)
        {
            return aside;
        }

        aside.Dispose();
        Decommit(offsetBytes + file.LengthBytes, moved - file.LengthBytes);
        return null;
    }

    // The pages are taken out under a lock that lets other threads fault; only then is the mapping, which is empty, removed.
    private void Abandon()
    {
        _ = MemoryCalls.Advise(Base, (nuint)LengthBytes, MemoryCalls.AdviceNotNeeded);
        Dispose();
    }
}
