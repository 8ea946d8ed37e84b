using System.CommandLine;

namespace QuicWasm.Bench;

/// <summary>The experiment harness: <c>dotnet run -c Release --project bench -- --granularity page --transport tcp</c>.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int Usage = 2;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    private static async Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Moves running programs between two processes, and measures it. One run is one workload, frozen half way.");
        root.Add(TransportCommand.Make());
        root.Add(TransportEndCommand.Make());
        root.Add(SweepCommand.Make(arguments));
        root.Add(ReportCommand.Make());
        root.Add(CompareCommand.Make());
        root.Add(MicroCommand.Make());
        root.Add(LoadCommand.Make());
        root.Add(FreezeCommand.Make());
        root.Add(ForkCommand.Make());
        root.Add(ResumeCommand.Make());
        root.Add(LinkCommand.Make());
        root.Add(FaultsCommand.Make());
        root.Add(FirstInstructionCommand.Make());
        root.Add(ReplayCommand.Make());
        root.Add(PushCommand.Make());
        root.Add(PresentCommand.Make());
        root.Add(ProbeCommand.Make());
        RunCommand.AddTo(root, arguments);
        ParseResult parsed = root.Parse(arguments);
        try
        {
            // A sweep that is stopped ends its processes and removes its link first. Those that it has started end with it, and not by the
            // signal that a terminal sends to all of them.
            bool isHelper = parsed.CommandResult.Command.Hidden;
            int exitCode = await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = isHelper ? null : StopTimeout });
            return parsed.Errors.Count > 0 ? Usage : exitCode;
        }
        catch (HarnessException e)
        {
            Console.Error.WriteLine(e.Message);
            return Failure;
        }
    }
}
