using System.CommandLine;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm identity</c>.</summary>
internal static class IdentityCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "identity";

    public static Command Create(CommandConsole console)
    {
        Option<string?> identity = TransportOptionSet.Identity();
        var command = new Command(Name, "Prints this node's fingerprint, for the --peer of others") { identity };
        command.SetAction(parsed =>
        {
            string file = TransportOptionSet.IdentityFile(parsed.GetValue(identity));
            using NodeIdentity node = NodeIdentity.LoadOrCreateFile(file);
            console.Output.WriteLine(node.Fingerprint);
        });
        return command;
    }
}
