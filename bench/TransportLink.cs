using System.Globalization;
using System.Text.Json;
using QuicWasm.Transport;
using Spectre.Console;

namespace QuicWasm.Bench;

/// <summary>Transports over an emulated link: the two ends are processes in their namespaces, and fetch small granules.</summary>
internal static class TransportLink
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Measures them one after the other, over links of the same seed, and prints a table.</summary>
    public static async Task MeasureAsync(
        IAnsiConsole console, IReadOnlyList<string> names, LinkSettings settings, GranuleLoad load, int repetitions, CancellationToken cancellationToken)
    {
        settings.Validate();
        using var folder = new TemporaryFolder();
        NodeIdentity.LoadOrCreate(folder.Path).Dispose();
        Table table = new Table().AddColumns("transport", "connect ms");
        foreach (string way in GranuleMeasurement.Ways)
        {
            table.AddColumns($"{way}: /s", "P50 ms", "P99 ms");
        }

        await using EmulatedLink link = await EmulatedLink.StartAsync(cancellationToken);
        var all = names.ToDictionary(static n => n, static _ => new List<GranuleFigures>());
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            foreach (string name in names)
            {
                Console.Error.WriteLine($"{name}, {repetition + 1} of {repetitions}");
                await link.SetAsync(settings, repetition * 2, cancellationToken);
                all[name].Add(await MeasureAsync(link, name, folder.Path, load, cancellationToken));
            }
        }

        foreach (string name in names)
        {
            table.AddRow([Label(name, load), .. Cells(all[name])]);
        }

        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(table);
        console.WriteLine(
            $"{load.Granules} granules of {TransportLoad.RequestBytes} bytes for each way, {load.AtOnce} streams at once, over {settings}; medians of {repetitions}");
    }

    private static string Label(string name, GranuleLoad load)
    {
        string? provider = TransportRegistry.CreateDefault().Get(name).Provider;
        return provider is null ? name
            : provider.StartsWith("ngtcp2", StringComparison.Ordinal) ? $"{name} ({provider}, {load.Congestion})".ToLowerInvariant()
            : $"{name} ({provider})";
    }

    private static IEnumerable<string> Cells(List<GranuleFigures> runs)
    {
        string Median(Func<GranuleFigures, double> value) =>
            TransportFigures.Percentile([.. runs.Select(value)], 0.5).ToString("0.0", CultureInfo.InvariantCulture);
        yield return Median(static r => r.ConnectMs);
        for (int way = 0; way < GranuleMeasurement.Ways.Length; way++)
        {
            int index = way;
            yield return Median(r => r.Ways[index].PerSecond);
            yield return Median(r => r.Ways[index].P50Ms);
            yield return Median(r => r.Ways[index].P99Ms);
        }
    }

    private static async Task<GranuleFigures> MeasureAsync(EmulatedLink link, string name, string folder, GranuleLoad load, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using System.Diagnostics.Process server = NodeProcess.Launch(
            link.Source, "QuicWasm.Bench.dll", TransportEndCommand.Serve(name, link.Source.Address, folder, load));
        try
        {
            string endpoint = await LineAsync(server, name, patience.Token);
            using System.Diagnostics.Process client = NodeProcess.Launch(
                link.Destination, "QuicWasm.Bench.dll", TransportEndCommand.Fetch(endpoint, folder, load));
            try
            {
                return JsonSerializer.Deserialize<GranuleFigures>(await LineAsync(client, name, patience.Token), LinkCommand.Format)!;
            }
            finally
            {
                client.Kill();
            }
        }
        finally
        {
            server.Kill();
        }
    }

    private static async Task<string> LineAsync(System.Diagnostics.Process process, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(cancellationToken)
                ?? throw new HarnessException($"{name}: {(await process.StandardError.ReadToEndAsync(cancellationToken)).Trim()}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new HarnessException($"{name} did not end within {Patience.TotalSeconds} s");
        }
    }
}
