using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>
/// Finds the pages that a process has changed in its private view of a file: those that are not the file's any more. By PAGEMAP_SCAN where
/// the kernel has it (Linux 6.7), else page by page from the page map.
/// </summary>
public static class PrivatePages
{
    private const int EntryBytes = 8, EntriesAtOnce = 8192;
    private const ulong IsPresent = 1UL << 63, IsSwapped = 1UL << 62, IsOfFile = 1UL << 61;

    /// <summary>Gives the ranges of changed pages, in order.</summary>
    /// <param name="address">Where the view begins, a multiple of the page size.</param>
    /// <param name="lengthBytes">How many bytes, whole pages.</param>
    /// <exception cref="NativeException">The system does not tell.</exception>
    public static IReadOnlyList<(ulong Address, ulong LengthBytes)> Find(ulong address, ulong lengthBytes)
    {
        using var scan = new PagemapScan();
        try
        {
            return scan.Find(address, lengthBytes, all: 0, none: PageCategories.OfFile, any: PageCategories.Present | PageCategories.Swapped);
        }
        catch (NativeException)
        {
            return FindByEntries(address, lengthBytes);
        }
    }

    /// <summary>The same without PAGEMAP_SCAN.</summary>
    /// <exception cref="NativeException">The system does not tell.</exception>
    internal static IReadOnlyList<(ulong Address, ulong LengthBytes)> FindByEntries(ulong address, ulong lengthBytes)
    {
        List<(ulong Address, ulong LengthBytes)> found = [];
        byte[] entries = new byte[EntriesAtOnce * EntryBytes];
        try
        {
            using SafeFileHandle pagemap = File.OpenHandle("/proc/self/pagemap");
            ulong end = address + lengthBytes;
            while (address < end)
            {
                int asked = (int)Math.Min((ulong)entries.Length, (end - address) / AddressRange.PageBytes * EntryBytes);
                int read = RandomAccess.Read(pagemap, entries.AsSpan(0, asked), (long)(address / AddressRange.PageBytes * EntryBytes));
                if (read < EntryBytes)
                {
                    throw NativeException.NotSupported("the page map of this process ends too early");
                }

                for (int i = 0; i + EntryBytes <= read; i += EntryBytes)
                {
                    Add(found, address, BinaryPrimitives.ReadUInt64LittleEndian(entries.AsSpan(i)));
                    address += AddressRange.PageBytes;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NativeException.NotSupported($"the page map of this process cannot be read: {e.Message}");
        }

        return found;
    }

    private static void Add(List<(ulong Address, ulong LengthBytes)> found, ulong address, ulong entry)
    {
        if ((entry & (IsPresent | IsSwapped)) == 0 || (entry & IsOfFile) != 0)
        {
            return;
        }

        if (found.Count > 0 && found[^1].Address + found[^1].LengthBytes == address)
        {
            found[^1] = (found[^1].Address, found[^1].LengthBytes + AddressRange.PageBytes);
        }
        else
        {
            found.Add((address, AddressRange.PageBytes));
        }
    }
}
