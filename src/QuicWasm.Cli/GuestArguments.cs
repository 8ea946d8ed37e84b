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

            i += TakesValue(command, arguments[i]) ? 1 : 0;
        }

        return arguments;
    }

    private static bool TakesValue(Command command, string token) =>
        !token.Contains('=', StringComparison.Ordinal)
        && command.Options.FirstOrDefault(o => o.Name == token || o.Aliases.Contains(token)) is { Arity.MaximumNumberOfValues: > 0 };
}
