using System.CommandLine;
using QuicWasm.Transport;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary><c>bench transports</c>: what each transport costs, beside plain sockets in a loop on the same machine in the same run.</summary>
internal static class TransportCommand
{
    /// <summary>The command.</summary>
    public static Command Make()
    {
        var mebibytes = new Option<int>("--mib") { Description = "How much goes through for each throughput, in MiB", DefaultValueFactory = _ => 1024 };
        var rounds = new Option<int>("--rounds") { Description = "Round trips for the latencies", DefaultValueFactory = _ => 10_000 };
        var rtt = new Option<double>("--rtt") { Description = "Round trip of an emulated link in ms: small granules are fetched over it instead (root)" };
        var loss = new Option<double>("--loss") { Description = "Part of the packets that the emulated link loses, 0 to 1" };
        var rate = new Option<double>("--rate") { Description = "Rate of the emulated link in Mbit/s; 0: no limit" };
        var granules = new Option<int>("--granules") { Description = "Over an emulated link: how many granules of 4 KiB each way of fetching brings", DefaultValueFactory = _ => 2000 };
        var atOnce = new Option<int>("--at-once") { Description = "Over an emulated link: how many streams", DefaultValueFactory = _ => 16 };
        var repetitions = new Option<int>("--repetitions") { Description = "Over an emulated link: how often each is measured", DefaultValueFactory = _ => 3 };
        var congestion = new Option<QuicCongestionControl>("--congestion")
        {
            Description = "How QUIC finds out how fast the network is (ngtcp2)",
            DefaultValueFactory = _ => new QuicOptions().CongestionControl,
        };
        var only = new Option<string[]>("--only") { Description = "Names of transports; all that are here otherwise", AllowMultipleArgumentsPerToken = true };
        var command = new Command("transports", "Measures every transport: connecting, round trips, throughput, CPU")
        {
            mebibytes, rounds, only, rtt, loss, rate, granules, atOnce, repetitions, congestion,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var size = new TransportLoad(parsed.GetValue(rounds), (long)parsed.GetValue(mebibytes) << 20);
            var link = new LinkSettings { RttMs = parsed.GetValue(rtt), Loss = parsed.GetValue(loss), RateMbit = parsed.GetValue(rate) };
            string[] chosen = parsed.GetValue(only) ?? [];
            string[] here = [.. TransportRegistry.CreateDefault().Names.Where(static n => n != "quic")];
            if (!link.IsClean)
            {
                string[] linked = chosen.Length > 0 ? chosen : [.. here.Where(static n => n != "loopback" && IsHere(n))];
                var load = new GranuleLoad(parsed.GetValue(granules), parsed.GetValue(atOnce), parsed.GetValue(congestion));
                await TransportLink.MeasureAsync(AnsiConsole.Console, linked, link, load, parsed.GetValue(repetitions), cancellationToken);
                return 0;
            }

            string[] names = chosen.Length > 0 ? chosen : [.. RawSockets.Names, RawIperf.Name, RawTls.Name, .. here];
            await MeasureAsync(AnsiConsole.Console, names, size, parsed.GetValue(congestion), cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task MeasureAsync(IAnsiConsole console, string[] names, TransportLoad load, QuicCongestionControl congestion, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var identity = NodeIdentity.LoadOrCreate(folder.Path);
        TransportOptions options = TransportEndCommand.Options(identity, congestion);
        var registry = TransportRegistry.CreateDefault();
        var table = new Table().AddColumns(
            "transport", "connect ms", "4 KiB P50 us", "P99 us", "1 req/s", "16 req/s", "256 req/s", "1 stream MB/s", "4 streams", "16 streams", "CPU s/GiB");
        foreach (string name in names)
        {
            Console.Error.WriteLine(name);
            TransportFigures? figures = null;
            try
            {
                figures = name switch
                {
                    RawTls.Name => await RawTls.MeasureAsync(load, cancellationToken),
                    RawIperf.Name => await RawIperf.MeasureAsync(load, cancellationToken),
                    _ when RawSockets.Names.Contains(name) => await RawSockets.MeasureAsync(name, load, cancellationToken),
                    _ => await new TransportMeasurement(registry.Get(name), options, load).RunAsync(cancellationToken),
                };
            }
            catch (TransportException e) when (e.Error == TransportError.ProviderMissing)
            {
                Console.Error.WriteLine(e.Message);
            }

            string provider = registry.Names.Contains(name) && registry.Get(name).Provider is { } text ? $" ({text})" : string.Empty;
            table.AddRow([name + (figures is null ? ": not here" : provider), .. figures?.Cells() ?? Enumerable.Repeat(string.Empty, 10)]);
        }

        // Wide enough where it is not a terminal.
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(table);
        console.WriteLine($"both ends in one process; {Environment.ProcessorCount} processors; {load.Bytes >> 20} MiB a throughput, {load.Rounds} round trips; MB are 10^6 bytes");
    }

    private static bool IsHere(string name) => !name.StartsWith("quic", StringComparison.Ordinal) || TransportRegistry.CreateDefault().Get(name).Provider is not null;
}
