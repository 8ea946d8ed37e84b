using System.CommandLine;

namespace QuicWasm.Cli;

/// <summary>The <c>quicwasm</c> command.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => RunAsync(arguments, Console.Out, Console.Error);

    /// <summary>Parses the arguments and runs the command that they name.</summary>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        if (arguments is [RunCommand.Name or ResumeCommand.Name or NodeCommand.Name, ..])
        {
            EarlyStart.Begin();
        }

        var console = new CommandConsole(output, error);
        var root = new RootCommand("Runs WebAssembly programs, freezes them in the middle of their work, and moves them between machines.");
        foreach (Command command in Needed(arguments, console))
        {
            root.Add(command);
        }

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

    // Where one is named it is enough: to make the others takes time.
    private static IEnumerable<Command> Needed(string[] arguments, CommandConsole console)
    {
        (string Name, Func<Command> Create)[] commands =
        [
            (RunCommand.Name, () => RunCommand.Create(console)),
            (FreezeCommand.Name, () => FreezeCommand.Create(console)),
            (ServeCommand.Name, () => ServeCommand.Create(console)),
            (ResumeCommand.Name, () => ResumeCommand.Create(console)),
            (NodeCommand.Name, () => NodeCommand.Create(console)),
            (ForkCommand.Name, () => ForkCommand.Create(console)),
            (PagerCommand.Name, PagerCommand.Create),
            (DoctorCommand.Name, () => DoctorCommand.Create(console)),
            (ImageCommand.Name, () => ImageCommand.Create(console)),
            (IdentityCommand.Name, () => IdentityCommand.Create(console)),
            (ValidateCommand.Name, () => ValidateCommand.Create(console)),
            (ObjdumpCommand.Name, () => ObjdumpCommand.Create(console)),
        ];
        Func<Command>? named = arguments.Length > 0 ? commands.FirstOrDefault(c => c.Name == arguments[0]).Create : null;
        return named is not null ? [named()] : commands.Select(static c => c.Create());
    }
}
