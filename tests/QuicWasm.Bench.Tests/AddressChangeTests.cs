using System.Text.Json;
using QuicWasm.Transport;

namespace QuicWasm.Bench.Tests;

/// <summary>A running node that gets another address in the middle of a copy, as a machine that changes networks does.</summary>
public sealed class AddressChangeTests
{
    private const string NewAddress = "10.213.77.3";
    private const int BytesBefore = 3 << 20;

    [Fact]
    public async Task Over_quic_it_keeps_its_connection()
    {
        Assert.SkipWhen(LinkNamespaces.Unavailable() is not null, LinkNamespaces.Unavailable() ?? "");
        Assert.SkipUnless(Ngtcp2Transport.IsSupported, "libngtcp2 is not on this machine");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        (IReadOnlyList<string> sourceKeys, IReadOnlyList<string> destinationKeys) = NodeKeys.Make("quic:ngtcp2", folder);
        string report = Path.Combine(folder.Path, "report.json"), program = Path.Combine(Repository.Root, "experiments", "workloads", "kv", "kv.wasm");
        await using EmulatedLink link = await EmulatedLink.StartAsync(cancellationToken);
        await link.SetAsync(new LinkSettings { RttMs = 10, RateMbit = 40 }, 1, cancellationToken);
        await using NodeProcess source = NodeProcess.Start(
            link.Source, ["run", "--listen", $"quic:ngtcp2:{link.Source.Address}:0", .. sourceKeys, program, "--heap-mib", "16"]);
        string endpoint = await source.MessageAsync("quicwasm: listening on ", cancellationToken);
        await source.LinesAsync(1, cancellationToken);
        await using NodeProcess destination = NodeProcess.Start(link.Destination, ["resume", endpoint, "--freeze", "--report", report, .. destinationKeys]);
        while ((await link.CountersAsync(cancellationToken)).ToDestination.DeliveredBytes < BytesBefore)
        {
            await Task.Delay(20, cancellationToken);
        }

        GiveNewAddress(link);
        await destination.EndAsync(cancellationToken);
        Dictionary<string, double> metrics = JsonSerializer.Deserialize<Dictionary<string, double>>(await File.ReadAllBytesAsync(report, cancellationToken))!;
        Assert.Equal(0, metrics["reconnects"]);
        Assert.True(metrics["required_bytes"] > 2 * BytesBefore, "the copy was over before the address changed");
    }

    // The old one goes first: in between there is none.
    private static void GiveNewAddress(EmulatedLink link)
    {
        string source = link.Source.Prefix[^1], destination = link.Destination.Prefix[^1];
        SystemCommand.Run("ip", "-n", destination, "addr", "del", link.Destination.Address, "peer", link.Source.Address, "dev", $"qw{link.ProcessId}d");
        SystemCommand.Run("ip", "-n", source, "route", "add", NewAddress, "dev", $"qw{link.ProcessId}s");
        SystemCommand.Run("ip", "-n", destination, "addr", "add", NewAddress, "peer", link.Source.Address, "dev", $"qw{link.ProcessId}d");
    }
}
