using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace QuicWasm.Bench;

/// <summary><c>bench link-probe</c>: the two ends that measure a link; the harness starts one in each namespace.</summary>
internal static class ProbeCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "link-probe";

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name, "Measures a link; the harness starts it") { words };
        command.Hidden = true;
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(words)));
        return command;
    }

    /// <summary>The words for the receiving end.</summary>
    public static string[] Receive(string address) => [Name, "receive", address];

    /// <summary>The words for the sending end.</summary>
    public static string[] Send(string address, string ports, ProbeLoad load) =>
        [Name, "send", address, .. ports.Split(' '), JsonSerializer.Serialize(load, LinkCommand.Format)];

    private static async Task<int> RunAsync(string[] words)
    {
        IPAddress address = IPAddress.Parse(words[1]);
        if (words[0] == "receive")
        {
            await ProbeReceiver.RunAsync(address, Console.In, Console.Out);
            return 0;
        }

        try
        {
            ProbeLoad load = JsonSerializer.Deserialize<ProbeLoad>(words[4], LinkCommand.Format)!;
            ProbeResult result = ProbeSender.Run(address, Port(words[2]), Port(words[3]), load);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, LinkCommand.Format));
            return 0;
        }
        catch (Exception e) when (e is HarnessException or SocketException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static int Port(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
