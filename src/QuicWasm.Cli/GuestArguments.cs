using System.CommandLine;

namespace QuicWasm.Cli;

/// <summary>
/// Separates the command's own options from the program's: everything behind the module's file name is the program's, as with every
/// program loader, whatever it looks like.
/// </summary>
internal static class GuestArguments
{
    private const string Separator = "--";

    /// <summary>Puts <c>--</c> behind the file name of a command that takes a program, where it is not there already.</summary>
    public static string[] Separate(RootCommand root, string[] arguments)
    {
        Command? command = arguments.Length == 0 ? null : root.Subcommands.FirstOrDefault(c => c.Name == arguments[0]);
        if (command is null || !command.Arguments.Any(a => a.Name == CommonOptions.GuestArgumentsName))
        {
            return arguments;
        }

        for (int i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] == Separator)
            {
                return arguments;
            }

            if (!arguments[i].StartsWith('-'))
            {
                return i + 1 < arguments.Length && arguments[i + 1] != Separator
                    ? [.. arguments[..(i + 1)], Separator, .. arguments[(i + 1)..]]
                    : arguments;
            }

            if (Known(command, arguments[i]) is not { } option)
            {
                return arguments;
            }

            i += option.Arity.MaximumNumberOfValues > 0 && !arguments[i].Contains('=', StringComparison.Ordinal) ? 1 : 0;
        }

        return arguments;
    }

    /// <summary>An error where an argument looks like an option: it is one that the command does not know.</summary>
    public static void RefuseOptions(Argument<string> argument) => argument.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && result.Tokens[0].Value.StartsWith('-'))
        {
            result.AddError($"Unknown option '{result.Tokens[0].Value}'.");
        }
    });

    private static Option? Known(Command command, string token)
    {
        string name = token.Split('=', 2)[0];
        return command.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));
    }
}
