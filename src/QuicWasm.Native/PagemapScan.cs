using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace QuicWasm.Native;

/// <summary>Finds this process's pages by what they are (PAGEMAP_SCAN, Linux 6.7).</summary>
public sealed unsafe partial class PagemapScan : IDisposable
{
    private const nuint Request = 0xc0606610;
    private const int RegionsAtOnce = 128;

    private readonly SafeFileHandle _pagemap = File.OpenHandle("/proc/self/pagemap");

    /// <summary>Gives the ranges of pages of which all asked categories hold, in order.</summary>
    /// <param name="address">Where to begin, a multiple of the page size.</param>
    /// <param name="lengthBytes">How many bytes.</param>
    /// <param name="all">All of these must hold.</param>
    /// <param name="none">And none of these.</param>
    /// <param name="any">And one of these, where some are given.</param>
    /// <exception cref="NativeException">The kernel is too old, or the range is not this process's.</exception>
    public IReadOnlyList<(ulong Address, ulong LengthBytes)> Find(ulong address, ulong lengthBytes, PageCategories all, PageCategories none = 0, PageCategories any = 0)
    {
        List<(ulong, ulong)> found = [];
        Region* regions = stackalloc Region[RegionsAtOnce];
        ulong end = address + lengthBytes;
        while (address < end)
        {
            Argument scan = new()
            {
                SizeBytes = (ulong)sizeof(Argument),
                Start = address,
                End = end,
                Vector = (ulong)regions,
                VectorLength = RegionsAtOnce,
                Inverted = (ulong)none,
                Mask = (ulong)(all | none),
                AnyOf = (ulong)any,
                Returned = (ulong)(all | none | any),
            };
            int count = Control(_pagemap, Request, &scan);
            if (count < 0)
            {
                throw NativeException.FromLastError("scanning the page map (PAGEMAP_SCAN, Linux 6.7 and later)");
            }

            for (int i = 0; i < count; i++)
            {
                found.Add((regions[i].Start, regions[i].End - regions[i].Start));
            }

            address = scan.WalkEnd;
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _pagemap.Dispose();

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, Argument* argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct Region
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Argument
    {
        public ulong SizeBytes;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong Inverted;
        public ulong Mask;
        public ulong AnyOf;
        public ulong Returned;
    }
}
