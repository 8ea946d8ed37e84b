using System.CommandLine;

namespace QuicWasm.Cli;

/// <summary>The <c>quicwasm</c> command.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => RunAsync(arguments, Console.Out, Console.Error);

    /// <summary>Parses the arguments and runs the command that they name.</summary>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var console = new CommandConsole(output, error);
        var root = new RootCommand("Runs WebAssembly programs, freezes them in the middle of their work, and moves them between machines.")
        {
            RunCommand.Create(console),
            FreezeCommand.Create(console),
            ServeCommand.Create(console),
            ResumeCommand.Create(console),
            NodeCommand.Create(console),
            ForkCommand.Create(console),
            PagerCommand.Create(),
            DoctorCommand.Create(console),
            ImageCommand.Create(console),
            IdentityCommand.Create(console),
            ValidateCommand.Create(console),
            ObjdumpCommand.Create(console),
        };
        ParseResult parsed = root.Parse(GuestArguments.Separate(root, arguments));
        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        if (parsed.CommandResult.Command.Name == NodeCommand.Name)
        {
            configuration.ProcessTerminationTimeout = NodeCommand.StopDeadline;
        }

        if (parsed.Errors.Count > 0)
        {
            await parsed.InvokeAsync(configuration);
            return ExitCode.Usage;
        }

        return await console.GuardAsync(() => parsed.InvokeAsync(configuration));
    }
}
