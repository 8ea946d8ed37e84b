using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using QuicWasm.Native;

namespace QuicWasm.Bench;

/// <summary>
/// <c>bench link</c>: the link emulator, a process of its own that the harness starts. It makes two namespaces and carries packets
/// between them until its standard input ends, which it also does when the harness is killed. Orders come as lines:
/// <c>set {settings}</c> and <c>counters</c>; each is answered by a line of JSON.
/// </summary>
internal static class LinkCommand
{
    private const string SetOrder = "set ";
    private const string CountersOrder = "counters";

    /// <summary>How settings and counters are written.</summary>
    public static JsonSerializerOptions Format { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var command = new Command("link", "The link emulator; the harness starts it") { Hidden = true };
        command.SetAction(_ => Run(Console.In, Console.Out));
        return command;
    }

    /// <summary>The order for settings.</summary>
    public static string Set(LinkSettings settings, int seed) => SetOrder + JsonSerializer.Serialize(new LinkOrder(settings, seed), Format);

    /// <summary>The order for counters.</summary>
    public static string Counters => CountersOrder;

    private static int Run(TextReader orders, TextWriter answers)
    {
        using (var self = Process.GetCurrentProcess())
        {
            // The link must not wait for the programs whose packets it carries.
            self.PriorityClass = ProcessPriorityClass.High;
        }

        using PosixSignalRegistration deaf = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        try
        {
            using LinkNamespaces namespaces = LinkNamespaces.Create();
            using var there = new LinkDirection(namespaces.SourceDevice, namespaces.DestinationDevice, new LinkModel(new LinkSettings(), 0));
            using var back = new LinkDirection(namespaces.DestinationDevice, namespaces.SourceDevice, new LinkModel(new LinkSettings(), 0));
            Answer(answers, new LinkReady(namespaces.Source, namespaces.Destination));
            while (orders.ReadLine() is { } order)
            {
                if (order.StartsWith(SetOrder, StringComparison.Ordinal))
                {
                    LinkOrder given = JsonSerializer.Deserialize<LinkOrder>(order[SetOrder.Length..], Format)!;
                    there.Use(new LinkModel(given.Settings, given.Seed));
                    back.Use(new LinkModel(given.Settings, given.Seed + 1));
                }

                Answer(answers, new LinkCounters(there.Counters(), back.Counters()));
            }

            return 0;
        }
        catch (Exception e) when (e is HarnessException or NativeException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Answer<T>(TextWriter answers, T answer)
    {
        answers.WriteLine(JsonSerializer.Serialize(answer, Format));
        answers.Flush();
    }
}
