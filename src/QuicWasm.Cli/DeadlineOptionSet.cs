using System.CommandLine;
using QuicWasm.Migration;

namespace QuicWasm.Cli;

/// <summary>The options that say how long a node that resumes programs waits for the memory node.</summary>
internal sealed class DeadlineOptionSet
{
    private const double MostSeconds = 1_000_000;

    private readonly Option<double> _fault = new("--fault-deadline")
    {
        Description = "In mode cow: after how many seconds without the memory node a program traps that needs something of it",
        DefaultValueFactory = _ => 10,
    };

    private readonly Option<double> _link = new("--link-deadline")
    {
        Description = "For how many seconds a connection that is lost in the middle of a copy is made again before the migration is given up; 0: not at all",
        DefaultValueFactory = _ => new RunningNodeOptions().LinkDeadline.TotalSeconds,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_fault);
        command.Add(_link);
    }

    /// <summary>A running node's options with these deadlines, which says when a connection is lost.</summary>
    /// <exception cref="UsageException">One of them is not a number of seconds that a clock can wait.</exception>
    public RunningNodeOptions Options(ParseResult parsed, CommandConsole console)
    {
        double fault = parsed.GetRequiredValue(_fault), link = parsed.GetRequiredValue(_link);
        return new RunningNodeOptions
        {
            FaultDeadline = fault is > 0 and < MostSeconds
                ? TimeSpan.FromSeconds(fault)
                : throw new UsageException($"{_fault.Name} {fault}: give seconds, more than 0 and at most a million"),
            LinkDeadline = link is >= 0 and < MostSeconds
                ? TimeSpan.FromSeconds(link)
                : throw new UsageException($"{_link.Name} {link}: give seconds, from 0 to a million"),
            LinkLost = e => console.Say($"{e.Message}; the connection is made again"),
        };
    }
}
