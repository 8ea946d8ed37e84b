using System.Diagnostics;
using System.Text.RegularExpressions;
using QuicWasm.Native;

namespace QuicWasm.Bench;

/// <summary>
/// The two network namespaces of a link, with a TUN device in each. Their names hold the process that keeps them, so that what a crash
/// leaves behind is recognised and removed by the next link.
/// </summary>
internal sealed partial class LinkNamespaces : IDisposable
{
    /// <summary>Address of the source.</summary>
    public const string SourceAddress = "10.213.77.1";

    /// <summary>Address of the destination.</summary>
    public const string DestinationAddress = "10.213.77.2";

    private const string QueuePackets = "2000";

    private LinkNamespaces(int owner)
    {
        Source = $"quicwasm-{owner}-source";
        Destination = $"quicwasm-{owner}-destination";
    }

    /// <summary>The source's namespace.</summary>
    public string Source { get; }

    /// <summary>The destination's namespace.</summary>
    public string Destination { get; }

    /// <summary>The source's device.</summary>
    public TunDevice SourceDevice { get; private set; } = null!;

    /// <summary>The destination's device.</summary>
    public TunDevice DestinationDevice { get; private set; } = null!;

    /// <summary>Why there can be no such link here, or null.</summary>
    public static string? Unavailable() =>
        !OperatingSystem.IsLinux() ? "emulated links need Linux"
        : !Environment.IsPrivilegedProcess ? "emulated links need root (network namespaces and TUN devices): without it there is loopback only"
        : !File.Exists("/dev/net/tun") ? "emulated links need /dev/net/tun, which this system does not have"
        : !SystemCommand.Exists("ip") ? "emulated links need the command ip (package iproute2)"
        : null;

    /// <summary>Makes both, after removing what is left of owners that are gone. They go with this object.</summary>
    /// <exception cref="HarnessException">A command failed.</exception>
    /// <exception cref="NativeException">There can be no device.</exception>
    public static LinkNamespaces Create()
    {
        RemoveStale();
        var made = new LinkNamespaces(Environment.ProcessId);
        try
        {
            made.SourceDevice = Add(made.Source, $"qw{Environment.ProcessId}s", SourceAddress, DestinationAddress);
            made.DestinationDevice = Add(made.Destination, $"qw{Environment.ProcessId}d", DestinationAddress, SourceAddress);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Which of the names of namespaces belong to links whose owner is gone.</summary>
    public static IEnumerable<string> Stale(IEnumerable<string> names, Func<int, bool> isAlive) =>
        names.Where(n => OwnName().Match(n) is { Success: true } match && !isAlive(int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public void Dispose()
    {
        SourceDevice?.Dispose();
        DestinationDevice?.Dispose();
        string[] names = Names();
        foreach (string name in new[] { Source, Destination }.Where(names.Contains))
        {
            Remove(name);
        }
    }

    private static void RemoveStale()
    {
        foreach (string name in Stale(Names(), IsLink))
        {
            Remove(name);
        }
    }

    // Processes that still run there are of the same crash: nobody else knows the namespace.
    private static void Remove(string name)
    {
        foreach (string id in SystemCommand.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var left = Process.GetProcessById(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
                left.Kill();
            }
            catch (ArgumentException)
            {
                // RACE: it has ended by itself since it was listed.
            }
        }

        SystemCommand.Run("ip", "netns", "del", name);
    }

    private static string[] Names() =>
        [.. SystemCommand.Run("ip", "netns", "list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0])];

    // Numbers of processes are used again: it must also be a harness.
    private static bool IsLink(int processId)
    {
        string file = $"/proc/{processId}/cmdline";
        return File.Exists(file) && File.ReadAllText(file).Contains("QuicWasm.Bench", StringComparison.Ordinal);
    }

    private static TunDevice Add(string name, string device, string address, string peer)
    {
        SystemCommand.Run("ip", "netns", "add", name);
        TunDevice made = TunDevice.Create(device);
        SystemCommand.Run("ip", "link", "set", device, "netns", name);
        SystemCommand.Run("ip", "-n", name, "link", "set", device, "addrgenmode", "none");
        SystemCommand.Run("ip", "-n", name, "addr", "add", address, "peer", peer, "dev", device);
        SystemCommand.Run("ip", "-n", name, "link", "set", device, "mtu", "1500", "txqueuelen", QueuePackets, "up");
        SystemCommand.Run("ip", "-n", name, "link", "set", "lo", "up");
        return made;
    }

    [GeneratedRegex("^quicwasm-([0-9]+)-(?:source|destination)$")]
    private static partial Regex OwnName();
}
