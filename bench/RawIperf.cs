using System.Globalization;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary>The floor that others know: iperf3 (a package of Debian) over the loopback device, both ends processes of their own.</summary>
internal static class RawIperf
{
    public const string Name = "iperf3";
    private const int Port = 15_201;

    /// <summary>Measures, or gives null where it is not installed.</summary>
    public static async Task<TransportFigures?> MeasureAsync(TransportLoad load, CancellationToken cancellationToken)
    {
        if (!SystemCommand.Exists(Name))
        {
            Console.Error.WriteLine("iperf3 is not installed; the row is left out");
            return null;
        }

        var throughputs = new List<double>();
        double cpu = double.NaN;
        foreach (int streams in new[] { 1, 4, 16 })
        {
            (double megabytes, double seconds) = await MeasureAsync(streams, load, cancellationToken);
            throughputs.Add(megabytes);
            cpu = streams == 1 ? seconds : cpu;
        }

        return new TransportFigures { MegabytesPerSecond = [.. throughputs], CpuSecondsPerGiB = cpu };
    }

    private static async Task<(double Megabytes, double CpuSecondsPerGiB)> MeasureAsync(int streams, TransportLoad load, CancellationToken cancellationToken)
    {
        await using NodeProcess server = NodeProcess.StartOther(NodeSite.Loopback, [Name, "-s", "-1", "-B", "127.0.0.1", "-p", Text(Port), "--forceflush"]);
        await server.LinesAsync(2, cancellationToken);
        string report = await Task.Run(
            () => SystemCommand.Run(Name, "-c", "127.0.0.1", "-p", Text(Port), "-P", Text(streams), "-n", Text(load.Bytes / streams), "-l", Text(TransportLoad.PieceBytes), "-J"),
            cancellationToken);
        JsonElement end = JsonDocument.Parse(report).RootElement.GetProperty("end");
        JsonElement received = end.GetProperty("sum_received");
        JsonElement used = end.GetProperty("cpu_utilization_percent");
        double seconds = received.GetProperty("seconds").GetDouble();
        double share = (used.GetProperty("host_total").GetDouble() + used.GetProperty("remote_total").GetDouble()) / 100;
        return (received.GetProperty("bits_per_second").GetDouble() / 8e6, share * seconds / (load.Bytes / (double)(1 << 30)));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
