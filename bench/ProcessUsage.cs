using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>
/// What a process has used, read again and again until it ends: so the figures miss what it does in its last <see cref="Every"/>.
/// Linux only; elsewhere everything stays 0.
/// </summary>
internal sealed class ProcessUsage : IAsyncDisposable
{
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    private readonly PeriodicTimer _timer = new(Every);
    private readonly Task _sampling;

    /// <summary>Begins to look at a process.</summary>
    public ProcessUsage(int processId) => _sampling = SampleAsync($"/proc/{processId}");

    /// <summary>Processor time of all its threads, user and system, in seconds.</summary>
    public double ProcessorSeconds { get; private set; }

    /// <summary>The most memory that it had in RAM, in bytes.</summary>
    public double PeakMemoryBytes { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _sampling;
    }

    private async Task SampleAsync(string folder)
    {
        do
        {
            try
            {
                // The name may have blanks and brackets in it: the fields are counted from the last one on.
                string[] fields = File.ReadAllText($"{folder}/stat").Split(") ")[^1].Split(' ');
                ProcessorSeconds = (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
                string? peak = File.ReadLines($"{folder}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                PeakMemoryBytes = peak is null ? PeakMemoryBytes : double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
            }
            catch (IOException)
            {
                // The process is gone, or the system has no /proc.
                return;
            }
        }
        while (await _timer.WaitForNextTickAsync());
    }
}
