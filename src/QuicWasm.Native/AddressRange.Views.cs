namespace QuicWasm.Native;

/// <content>A view that is made ready elsewhere, and then put in place.</content>
/// <remarks>
/// Whoever uses the bytes of a place while another view comes there must stand still for as long as page tables are moved: at addresses of the same
/// alignment whole tables are, and the tables of what was there go later, on another thread.
/// </remarks>
public sealed unsafe partial class AddressRange
{
    private const int MovesTables = MemoryCalls.MoveMayMove | MemoryCalls.MoveFixed | MemoryCalls.MoveLeavesMapping;

    /// <summary>Makes a shared view of all of a file, of which every page that the file has is in the page tables: a touch of one is no fault.</summary>
    /// <exception cref="NativeException">The system refused; an older kernel than Linux 5.14 cannot fill page tables so.</exception>
    public static AddressRange MapReady(MemoryFile file)
    {
        AddressRange view = Reserve(file.LengthBytes, MoveUnitBytes);
        try
        {
            view.MapFile(0, file, isPrivate: false);
            for (ulong begin = file.FirstPresent(0); begin < file.LengthBytes;)
            {
                ulong end = file.FirstMissing(begin);
                view.Populate(begin, end - begin);
                begin = end < file.LengthBytes ? file.FirstPresent(end) : end;
            }

            return view;
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Puts a view of a file (<see cref="MapReady"/>) in the place of a private view of the same file, which the file has all changes of by now. Nobody may
    /// use the place meanwhile. The view is used up.
    /// </summary>
    /// <param name="offsetBytes">Where the private view begins.</param>
    /// <param name="view">The view, as long as the private one.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="NativeException">The system refused, and the bytes cannot be used any more.</exception>
    public void Replace(ulong offsetBytes, AddressRange view, MemoryFile file)
    {
        byte* place = Locate(offsetBytes, view.LengthBytes);
        AddressRange? aside = TryReserve(view.LengthBytes);
        if (aside is not null)
        {
            // Where that fails the kernel takes the old pages out one by one.
            _ = MemoryCalls.Move(place, (nuint)view.LengthBytes, (nuint)view.LengthBytes, MovesTables, aside.Base);
            ThreadPool.QueueUserWorkItem(static range => range.Abandon(), aside, preferLocal: false);
        }

        bool isMoved = MemoryCalls.Move(view.Base, (nuint)view.LengthBytes, (nuint)view.LengthBytes, MovesTables, place) == place;
        ThreadPool.QueueUserWorkItem(static range => range.Abandon(), view, preferLocal: false);

        // What is mapped there now is unknown, and its pages are not needed: the file has them.
        if (!isMoved)
        {
            MapFile(offsetBytes, file, isPrivate: false);
        }
    }

    private static AddressRange? TryReserve(ulong lengthBytes)
    {
        try
        {
            return Reserve(lengthBytes, MoveUnitBytes);
        }
        catch (NativeException)
        {
            return null;
        }
    }

    private void Populate(ulong offsetBytes, ulong lengthBytes)
    {
        if (MemoryCalls.Advise(Locate(offsetBytes, lengthBytes), (nuint)lengthBytes, MemoryCalls.AdvicePopulateWrite) != 0)
        {
            throw NativeException.FromLastError($"the pages of a view of {lengthBytes} bytes cannot be mapped ahead");
        }
    }
}
