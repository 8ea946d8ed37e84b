using System.CommandLine;
using System.Text.Json;
using QuicWasm.Transport;

namespace QuicWasm.Bench;

/// <summary><c>bench transport-end</c>: one end of a transport over a link, a process in its namespace; the harness starts both.</summary>
internal static class TransportEndCommand
{
    private const string Name = "transport-end";

    // What a request holds, as that of the protocol does: which granule is wanted.
    internal const int RequestBytes = 48;

    /// <summary>The command.</summary>
    public static Command Make()
    {
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name, "One end of a transport over a link; the harness starts it") { words };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(words), cancellationToken));
        return command;
    }

    /// <summary>The words for the end that has the granules.</summary>
    public static string[] Serve(string transport, string address, string folder, GranuleLoad load) =>
        [Name, "serve", $"{transport}:{address}:0", folder, JsonSerializer.Serialize(load, LinkCommand.Format)];

    /// <summary>The words for the end that wants them.</summary>
    public static string[] Fetch(string endpoint, string folder, GranuleLoad load) => [Name, "fetch", endpoint, folder, JsonSerializer.Serialize(load, LinkCommand.Format)];

    /// <summary>What the transport is told at both ends.</summary>
    internal static TransportOptions Options(NodeIdentity identity, QuicCongestionControl congestion) => new()
    {
        Authentication = new PeerAuthentication(identity, [identity.Fingerprint]),
        AllowInsecureBind = true,
        Quic = new QuicOptions { CongestionControl = congestion },
    };

    private static async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        GranuleLoad load = JsonSerializer.Deserialize<GranuleLoad>(words[3], LinkCommand.Format)!;
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(words[2]);
        TransportOptions options = Options(identity, load.Congestion);
        TransportEndpoint endpoint = TransportEndpoint.Parse(words[1]);
        try
        {
            if (words[0] == "serve")
            {
                await ServeAsync(endpoint, options, cancellationToken);
            }
            else
            {
                GranuleFigures figures = await new GranuleMeasurement(endpoint, options, load).RunAsync(cancellationToken);
                Console.Out.WriteLine(JsonSerializer.Serialize(figures, LinkCommand.Format));
            }

            return 0;
        }
        catch (Exception e) when (e is HarnessException or TransportException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static async Task ServeAsync(TransportEndpoint endpoint, TransportOptions options, CancellationToken cancellationToken)
    {
        await using ITransportListener listener = await TransportRegistry.CreateDefault().ListenAsync(endpoint, options, cancellationToken);
        Console.Out.WriteLine($"{listener.Endpoint}");
        _ = AcceptAsync(listener, cancellationToken);

        // The harness ends it.
        await Console.In.ReadToEndAsync(cancellationToken);
    }

    private static async Task AcceptAsync(ITransportListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            ITransportConnection connection = await listener.AcceptAsync(cancellationToken);
            _ = ServeAsync(connection, cancellationToken);
        }
    }

    private static async Task ServeAsync(ITransportConnection connection, CancellationToken cancellationToken)
    {
        await using ITransportConnection owned = connection;
        try
        {
            while (true)
            {
                _ = AnswerAsync(await connection.AcceptStreamAsync(cancellationToken), cancellationToken);
            }
        }
        catch (TransportException)
        {
            // The other end has closed the connection: it has what it wanted.
        }
    }

    private static async Task AnswerAsync(ITransportStream stream, CancellationToken cancellationToken)
    {
        await using ITransportStream owned = stream;
        var request = new byte[RequestBytes];
        var granule = new byte[TransportLoad.RequestBytes];
        Random.Shared.NextBytes(granule);
        try
        {
            while (await TransportMeasurement.ReadAsync(stream, request, cancellationToken))
            {
                await stream.WriteAsync(granule, cancellationToken);
            }

            await stream.CompleteWritesAsync(cancellationToken);
        }
        catch (TransportException e)
        {
            Console.Error.WriteLine(e.Message);
        }
    }
}
