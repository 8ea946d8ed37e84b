using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QuicWasm.Transport.Tests;

/// <summary>A network namespace of this test, with cables from it to this process's own.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NetworkOnly = 0x40000000;

    private readonly string _name = $"quicwasm-test-{Environment.ProcessId}";
    private readonly List<string> _devices = [];
    private string? _stranger;

    /// <exception cref="InvalidOperationException">A command failed.</exception>
    public NetworkNamespace(string thereAddress, params string[] hereAddresses)
    {
        Run("netns", "add", _name);
        try
        {
            AddCable(Device, "there", _name);
            Run("-n", _name, "addr", "add", thereAddress, "dev", "there");
            Run("-n", _name, "link", "set", "there", "up");
            foreach (string address in hereAddresses)
            {
                Run("addr", "add", address, "dev", Device);
            }

            Run("link", "set", Device, "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none here, or null.</summary>
    public static string? Unavailable =>
        !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "network namespaces need Linux and root"
        : !File.Exists("/sbin/ip") && !File.Exists("/bin/ip") ? "there is no command ip (package iproute2)"
        : null;

    /// <summary>This process's end of the cable.</summary>
    public string Device { get; } = $"qwt{Environment.ProcessId}";

    /// <summary>A second cable, over which packets for some addresses go, and nobody answers.</summary>
    /// <exception cref="InvalidOperationException">A command failed.</exception>
    public void AddWayToNowhere(string hereAddress, string destinations)
    {
        string device = $"{Device}n";
        AddCable(device, "nowhere", _name);
        Run("-n", _name, "link", "set", "nowhere", "arp", "off", "up");
        Run("addr", "add", hereAddress, "dev", device);
        Run("link", "set", device, "up");
        Run("route", "add", destinations, "dev", device);
    }

    /// <summary>A second cable, over which packets for some addresses go, to a machine that has the peer's address and says that nobody listens.</summary>
    /// <exception cref="InvalidOperationException">A command failed.</exception>
    public void AddWayToStranger(string hereAddress, string thereAddress, string destinations)
    {
        string device = $"{Device}s";
        Run("netns", "add", $"{_name}-stranger");
        _stranger = $"{_name}-stranger";
        AddCable(device, "stranger", _stranger);
        Run("-n", _stranger, "addr", "add", thereAddress, "dev", "stranger");
        Run("-n", _stranger, "link", "set", "stranger", "up");
        Run("-n", _stranger, "route", "add", "default", "dev", "stranger");
        Run("addr", "add", hereAddress, "dev", device);
        Run("link", "set", device, "up");
        Run("route", "add", destinations, "dev", device);
    }

    /// <summary>Whether the stranger has said to anybody that nobody listens (counted by its kernel).</summary>
    public async Task<bool> HasRefusedAsync()
    {
        string[] lines = await RunAsync(() => File.ReadAllLines("/proc/thread-self/net/snmp"), _stranger!);
        string[][] icmp = [.. lines.Where(static l => l.StartsWith("Icmp:", StringComparison.Ordinal)).Select(static l => l.Split(' '))];
        return icmp[1][Array.IndexOf(icmp[0], "OutDestUnreachs")] != "0";
    }

    /// <summary>Runs something on a thread of the namespace: sockets that it makes stay there.</summary>
    public Task<T> RunAsync<T>(Func<T> action) => RunAsync(action, _name);

    private static Task<T> RunAsync<T>(Func<T> action, string name)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/var/run/netns/{name}");
                result.SetResult(SetNamespace((int)file.DangerousGetHandle(), NetworkOnly) == 0
                    ? action()
                    : throw new InvalidOperationException($"the thread cannot enter {name}: error {Marshal.GetLastPInvokeError()}"));
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        }).Start();
        return result.Task;
    }

    /// <summary>Runs the command <c>ip</c>.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }

    /// <summary>Takes the cables away first: the system would do so too, but later than the next test begins.</summary>
    public void Dispose()
    {
        foreach (string device in _devices)
        {
            Run("link", "delete", device);
        }

        Run("netns", "delete", _name);
        if (_stranger is not null)
        {
            Run("netns", "delete", _stranger);
        }
    }

    private void AddCable(string device, string name, string other)
    {
        Run("link", "add", device, "type", "veth", "peer", "name", name, "netns", other);
        _devices.Add(device);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);
}
