using System.CommandLine;
using QuicWasm.Migration;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm doctor</c>: what this machine can do, and what to do about what is missing.</summary>
internal static class DoctorCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "doctor";

    public static Command Create(CommandConsole console)
    {
        var transport = new TransportOptionSet();
        var command = new Command(Name, "Says what this machine can do, and what to do about what is missing");
        transport.AddTo(command, listens: false);
        command.SetAction(parsed =>
        {
            using Pager pager = PagerCommand.Of(transport, parsed);
            foreach (DoctorFinding finding in DoctorChecks.All(pager))
            {
                console.Output.WriteLine($"{(finding.IsThere ? "ok      " : "missing ")}{finding.Name,-16}{finding.Text}");
                if (!finding.IsThere && finding.Advice.Length > 0)
                {
                    console.Output.WriteLine($"{"",-24}{finding.Advice}");
                }
            }

            return ExitCode.Success;
        });
        return command;
    }
}
