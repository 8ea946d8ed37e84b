using System.Diagnostics;
using System.Globalization;
using QuicWasm.Migration;
using QuicWasm.Native;

namespace QuicWasm.Cli;

/// <summary>What this machine can do: each check tries the thing itself where it can.</summary>
internal static class DoctorChecks
{
    private const string OnLinux = "mode cow needs Linux; use no-cow, or --eager-memory";

    /// <summary>All checks, in the order in which they are shown.</summary>
    public static IEnumerable<DoctorFinding> All(Pager pager) =>
    [
        new DoctorFinding("rights", true, Environment.IsPrivilegedProcess ? "root" : "an ordinary user"),
        Try("userfaultfd", Userfaults, "as root: sysctl vm.unprivileged_userfaultfd=1, or let the container's profile allow userfaultfd"),
        Try("memory files", MemoryFiles, OnLinux),
        LargePages(),
        Try("page map scan", PageMap, "needs Linux 6.7; only changed pages of a parent that goes on are found by it"),
        Pager(pager),
        .. Libraries(),
        Module("netem", "sch_netem", "experiments with delay and loss: modprobe sch_netem, or the link emulator over TUN devices"),
        new DoctorFinding("tun", File.Exists("/dev/net/tun"), File.Exists("/dev/net/tun") ? "/dev/net/tun" : "no /dev/net/tun", "as root: modprobe tun"),
        .. Limits(),
    ];

    private static DoctorFinding Try(string name, Func<string> check, string advice)
    {
        try
        {
            return new DoctorFinding(name, true, check());
        }
        catch (Exception e) when (e is NativeException or IOException or UnauthorizedAccessException)
        {
            return new DoctorFinding(name, false, e.Message, advice);
        }
    }

    private static string Userfaults()
    {
        (UserfaultFeatures features, bool isUserModeOnly) = Userfault.Probe();
        string modes = isUserModeOnly ? "touches in user mode only" : "all touches";
        bool tracksWrites = features.HasFlag(UserfaultFeatures.WriteProtectAsync);
        return $"{modes}; features {(ulong)features:x}{(tracksWrites ? "" : ", without asynchronous write protection")}";
    }

    private static string MemoryFiles()
    {
        using MemoryFile file = MemoryFile.Create("doctor", AddressRange.PageBytes);
        file.Write(0, [1]);
        return $"pages of {AddressRange.PageBytes} bytes";
    }

    private static string PageMap()
    {
        using AddressRange range = AddressRange.Reserve(AddressRange.PageBytes);
        using MemoryFile file = MemoryFile.Create("doctor", AddressRange.PageBytes);
        file.Write(0, [1]);
        range.MapFile(0, file, isPrivate: true);
        using PagemapScan scan = new();
        scan.Find(range.Address, range.LengthBytes, PageCategories.Present);
        return "PAGEMAP_SCAN";
    }

    private static DoctorFinding LargePages() => PageSizes.LargeFilePages() is { } setting
        ? new DoctorFinding("large pages", false, $"{setting} gives them to every memory file", $"as root: echo advise > {setting}")
        : new DoctorFinding("large pages", true, "memory files get pages one by one");

    private static DoctorFinding Pager(Pager pager)
    {
        try
        {
            long start = Stopwatch.GetTimestamp();
            pager.Start();
            return new DoctorFinding("pager", true, $"starts in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        }
        catch (MigrationException e)
        {
            return new DoctorFinding("pager", false, e.Message, "mode cow works with --eager-memory only");
        }
    }

    private static IEnumerable<DoctorFinding> Libraries()
    {
        yield return Library("quic by msquic", "install libmsquic from the vendor's feed", "libmsquic.so.2", "libmsquic.so", "msquic.dll");
        yield return Library("quic by ngtcp2", "install libngtcp2 and libngtcp2-crypto-gnutls", "libngtcp2.so.16", "libngtcp2.so.9");
        yield return Library("lz4", "install liblz4-1", "liblz4.so.1", "liblz4.1.dylib");
        yield return Library("zstd", "install libzstd1", "libzstd.so.1", "libzstd.1.dylib");
    }

    private static DoctorFinding Library(string name, string advice, params string[] files) => NativeLibraries.Find(files) is { } found
        ? new DoctorFinding(name, true, found)
        : new DoctorFinding(name, false, $"no {string.Join(", no ", files)}", advice);

    private static DoctorFinding Module(string name, string module, string advice)
    {
        if (Directory.Exists($"/sys/module/{module}"))
        {
            return new DoctorFinding(name, true, $"{module} is loaded");
        }

        string folder = $"/lib/modules/{Read("/proc/sys/kernel/osrelease")}";
        string[] lists = ["modules.builtin", "modules.dep"];
        string? list = lists.FirstOrDefault(l => Read(Path.Combine(folder, l)).Contains($"{module}.ko", StringComparison.Ordinal));
        return new DoctorFinding(name, list is not null, list is null ? $"this kernel has no {module}" : $"{module} is in {list}", advice);
    }

    private static IEnumerable<DoctorFinding> Limits()
    {
        const int Enough = 4096;
        string[] words = (Read("/proc/self/limits").Split('\n').FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal)) ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool isEnough = words.Length > 3 && (!long.TryParse(words[3], CultureInfo.InvariantCulture, out long files) || files >= Enough);
        yield return new DoctorFinding("open files", isEnough, words.Length > 3 ? $"at most {words[3]}" : "not known", $"ulimit -n {Enough}: each image and each stream takes one");
        string maps = Read("/proc/sys/vm/max_map_count");
        yield return new DoctorFinding("mappings", maps.Length > 0, maps.Length > 0 ? $"at most {maps}" : "not known", "each memory takes a few");
    }

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "";
}
