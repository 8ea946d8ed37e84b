using System.CommandLine;
using QuicWasm.State;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm run FILE [ARGUMENTS]</c>.</summary>
internal static class RunCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "run";

    public static Command Create(CommandConsole console)
    {
        var options = new SessionOptionSet();
        var file = new Argument<string>("file") { Description = "The module to run" };
        GuestArguments.RefuseOptions(file);
        var arguments = new Argument<string[]>(CommonOptions.GuestArgumentsName) { Description = "The program's own arguments", DefaultValueFactory = _ => [] };
        var modules = new Option<string[]>("--module")
        {
            Description = "A module that others import from: NAME=FILE; may be given again",
            DefaultValueFactory = _ => [],
        };
        var environment = new Option<string[]>("--env") { Description = "A variable of the environment: NAME=VALUE; may be given again", DefaultValueFactory = _ => [] };
        var invoke = new Option<string?>("--invoke") { Description = "Calls this export with the arguments as values of its types, and prints its results" };
        Option<string?> emitIl = IlOption.Create();
        var command = new Command(Name, "Runs a program") { file, arguments, modules, environment, invoke, emitIl };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file);
            SessionOptions session = options.SessionOptions(parsed, console);
            RunningProgram program = ProgramLoader.Load(
                path,
                [.. parsed.GetRequiredValue(modules).Select(m => Pair("--module", m, "FILE"))],
                options.ProgramOptions(parsed, console) with
                {
                    Arguments = [Path.GetFileName(path), .. parsed.GetRequiredValue(arguments)],
                    Environment = [.. parsed.GetRequiredValue(environment).Select(e => Checked(e))],
                    Invoke = parsed.GetValue(invoke),
                });
            if (parsed.GetValue(emitIl) is { } function)
            {
                IlOption.Write(console, program.Context, function);
            }

            return new ProgramSession(console, program, Path.GetFileNameWithoutExtension(path), session).RunAsync(cancellationToken);
        });
        return command;
    }

    private static (string Name, string Value) Pair(string option, string text, string what)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals], text[(equals + 1)..])
            : throw new UsageException($"{option} {text}: give NAME={what}");
    }

    private static string Checked(string variable)
    {
        Pair("--env", variable, "VALUE");
        return variable;
    }
}
