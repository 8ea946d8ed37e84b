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
        var only = new Option<string[]>("--only") { Description = "Names of transports; all that are here otherwise", AllowMultipleArgumentsPerToken = true };
        var command = new Command("transports", "Measures every transport: connecting, round trips, throughput, CPU") { mebibytes, rounds, only };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var size = new TransportLoad(parsed.GetValue(rounds), (long)parsed.GetValue(mebibytes) << 20);
            string[] names = parsed.GetValue(only) is { Length: > 0 } chosen ? chosen : [.. RawSockets.Names, RawTls.Name, .. TransportRegistry.CreateDefault().Names.Where(n => n != "quic")];
            await MeasureAsync(AnsiConsole.Console, names, size, cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task MeasureAsync(IAnsiConsole console, string[] names, TransportLoad load, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var identity = NodeIdentity.LoadOrCreate(folder.Path);
        var options = new TransportOptions { Authentication = new PeerAuthentication(identity, [identity.Fingerprint]) };
        var registry = TransportRegistry.CreateDefault();
        var table = new Table().AddColumns(
            "transport", "connect ms", "4 KiB P50 us", "P99 us", "1 req/s", "16 req/s", "256 req/s", "1 stream MB/s", "4 streams", "16 streams", "CPU s/GiB");
        foreach (string name in names)
        {
            Console.Error.WriteLine(name);
            TransportFigures? figures = null;
            try
            {
                figures = name == RawTls.Name
                    ? await RawTls.MeasureAsync(load, cancellationToken)
                    : RawSockets.Names.Contains(name)
                        ? await RawSockets.MeasureAsync(name, load, cancellationToken)
                        : await new TransportMeasurement(registry.Get(name), options, load).RunAsync(cancellationToken);
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
}
