using System.Diagnostics;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>
/// CRIU moves the engine's whole process: eager, its memory goes to a page server at the destination, and then it is restored there; lazy, it is
/// restored first, and pages come when they are touched, and in between. What is not memory is read from a folder that both sides see.
/// </summary>
internal static class CriuMethod
{
    private const int Port = 27_313;
    private const int Listening = 0x0A;
    private const string Inventory = "inventory.img";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs it.</summary>
    public static async Task<RunResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        bool isLazy = context.Point.Method == Methods.CriuLazy;
        string output = Folder(context, "output"), images = Folder(context, "images"), pages = isLazy ? images : Folder(context, "pages");
        NodeSite here = Plain(context.Route.Source), there = Plain(context.Route.Destination);
        var result = new RunResult();
        using OutputFile program = OutputFile.Next(output);

        // A process with files for its streams, in a session of its own, without .NET's diagnostic socket, and with a heap that reserves no hundreds of GiB:
        // CRIU can take that as it is.
        string file = Path.Combine(output, "program.out");
        string[] detached = ["setsid", "env", "DOTNET_EnableDiagnostics=0", "DOTNET_GCHeapHardLimit=0x20000000", "sh", "-c", $"exec \"$@\" < /dev/null > '{file}' 2> '{file}.err'", "sh"];
        await using NodeProcess source = NodeProcess.StartOther(here, [.. detached, .. context.ProgramCommand()]);
        await program.LinesAsync(context.LinesAtSource, cancellationToken);

        long asked = Stopwatch.GetTimestamp();
        string[] dump = ["dump", "--tree", $"{source.ProcessId}", "--images-dir", images];
        await using NodeProcess dumping = isLazy
            ? await StartAsync(here, [.. dump, "--lazy-pages", .. AddressOf(here)], _ => IsWritten(Path.Combine(images, Inventory)), cancellationToken)
            : await DumpAsync(here, there, dump, images, pages, cancellationToken);
        int linesAtSource = program.Output.Count;
        result.Set("time_to_dumped", Stopwatch.GetElapsedTime(asked).TotalNanoseconds, "ns");
        await using NodeProcess? pager = isLazy ? await StartPagerAsync(there, here, images, cancellationToken) : null;

        // Lazily, its number is still taken by the stopped process that its pages come from: it gets it in a space of numbers of its own.
        string[] apart = isLazy ? ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] : [];
        await using NodeProcess destination = NodeProcess.StartOther(
            there, [.. apart, Criu.Command, "restore", "--images-dir", pages, .. Enumerable.Repeat("--lazy-pages", isLazy ? 1 : 0)]);
        await destination.EndAsync(cancellationToken);
        program.End(file);
        result.Take(program);
        result.Use(source.Usage, "source", processorSecondsBefore: 0);
        result.Use(destination.Usage, "destination", processorSecondsBefore: 0);
        result.End(linesAtSource);
        result.Set("time_after_move", Stopwatch.GetElapsedTime(asked, program.OutputTimes[^1]).TotalNanoseconds, "ns");
        return result;
    }

    private static async Task<NodeProcess> DumpAsync(
        NodeSite here, NodeSite there, IEnumerable<string> dump, string images, string pages, CancellationToken cancellationToken)
    {
        await using NodeProcess server = await StartAsync(there, ["page-server", "--images-dir", pages, .. AddressOf(there)], IsListening, cancellationToken);
        NodeProcess dumping = NodeProcess.StartOther(here, [Criu.Command, .. dump, "--page-server", .. AddressOf(there)]);
        try
        {
            await dumping.EndAsync(cancellationToken);
            await server.EndAsync(cancellationToken);
            foreach (string image in Directory.GetFiles(images, "*.img"))
            {
                File.Copy(image, Path.Combine(pages, Path.GetFileName(image)), overwrite: true);
            }

            return dumping;
        }
        catch
        {
            await dumping.DisposeAsync();
            throw;
        }
    }

    private static Task<NodeProcess> StartPagerAsync(NodeSite there, NodeSite here, string images, CancellationToken cancellationToken) => StartAsync(
        there,
        ["lazy-pages", "--page-server", "--images-dir", images, .. AddressOf(here)],
        _ => File.Exists(Path.Combine(images, "lazy-pages.socket")),
        cancellationToken);

    private static async Task<NodeProcess> StartAsync(NodeSite site, IEnumerable<string> arguments, Func<int, bool> isReady, CancellationToken cancellationToken)
    {
        NodeProcess process = NodeProcess.StartOther(site, [Criu.Command, .. arguments]);
        try
        {
            await UntilAsync(process, () => isReady(process.ProcessId), cancellationToken);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    // The inventory is what CRIU writes last.
    private static bool IsWritten(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    // CRIU says that it is ready to descriptors only; the kernel says it too.
    private static async Task UntilAsync(NodeProcess process, Func<bool> isReady, CancellationToken cancellationToken)
    {
        Task end = process.EndAsync(cancellationToken);
        using var timer = new PeriodicTimer(Look);
        while (!isReady())
        {
            if (end.IsCompleted)
            {
                await end;
                throw new HarnessException("criu ended before it was ready");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static bool IsListening(int processId)
    {
        try
        {
            return File.ReadLines($"/proc/{processId}/net/tcp").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(f => Hex(f[1].Split(':')[1]) == Port && Hex(f[3]) == Listening);
        }
        catch (IOException)
        {
            // The process has ended: who waits for it learns why.
            return false;
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string[] AddressOf(NodeSite site) => ["--address", site.Address, "--port", $"{Port}"];

    // The ip command would also make a mount namespace, which CRIU would then have to move too.
    private static NodeSite Plain(NodeSite site) => site.IsLoopback ? site : new NodeSite(["nsenter", $"--net=/run/netns/{site.Prefix[^1]}"], site.Address);

    private static string Folder(RunContext context, string name) => Directory.CreateDirectory(Path.Combine(context.Folder.Path, name)).FullName;
}
