using QuicWasm.Migration;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.State;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary>Where commands write, and what they say of errors. Standard output belongs to the program that runs.</summary>
internal sealed class CommandConsole(TextWriter output, TextWriter error)
{
    /// <summary>For results that were asked for.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>A message about what goes on.</summary>
    public void Say(string message) => error.WriteLine($"quicwasm: {message}");

    /// <summary>Runs a command; an error of any layer becomes one message and an exit code.</summary>
    public async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (TrapException e)
        {
            return Trapped(e);
        }
        catch (MigrationException e) when (e.InnerException is TransportException { Error: TransportError.InsecureBind })
        {
            Say($"{e.Message}: --insecure-bind");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is UsageException or TransportException { Error: TransportError.InvalidEndpoint }
            or MigrationException { Error: MigrationError.InvalidOption, InnerException: null })
        {
            Say(e.Message);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is ModuleException or LinkException or ImageException or MigrationException or TransportException
            or HostStateException or StackException or IOException or UnauthorizedAccessException or CommandException)
        {
            Say(e.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            Say("cancelled");
            return ExitCode.Failure;
        }
    }

    /// <summary>Says why and where a program trapped.</summary>
    public int Trapped(TrapException trap)
    {
        Say($"the program trapped: {trap.Message}");
        foreach (TraceFrame frame in trap.Trace)
        {
            error.WriteLine($"    at {frame.Function}{(frame.Pc < 0 ? "" : $" near 0x{frame.Pc:x}")}");
        }

        return ExitCode.Trap;
    }
}

/// <summary>A command cannot do what was asked, and says why.</summary>
internal sealed class CommandException(string message) : Exception(message);

/// <summary>The value of an option is wrong; the message says what is right.</summary>
internal sealed class UsageException(string message) : Exception(message);
