using System.Collections.Immutable;
using System.CommandLine;
using QuicWasm.Transport;

namespace QuicWasm.Cli;

/// <summary><c>quicwasm fork SOURCE --children N --at NODE...</c>: makes programs of one image, at one node or several.</summary>
internal static class ForkCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "fork";

    public static Command Create(CommandConsole console)
    {
        var source = new Argument<string>("source")
        {
            Description = "An image file, or where a memory node listens: its running program is forked and goes on, or, where none runs, its image is shared",
        };
        GuestArguments.RefuseOptions(source);
        var arguments = new Argument<string[]>("child-arguments")
        {
            Description = "Behind --: the children's arguments, the program's name first, in place of their parent's; {index} stands for a child's number, from 0",
            DefaultValueFactory = _ => [],
        };
        var children = new Option<int>("--children") { Description = "How many there will be", Required = true };
        var at = new Option<string[]>("--at")
        {
            Description = "A node (quicwasm node) that makes some of them; may be given again, and each makes as many as the others",
            Required = true,
        };
        var program = new Option<Guid>("--program") { Description = "Which running program, where the node has several" };
        var listen = new Option<string?>("--listen") { Description = "For an image file: where this process serves it to the nodes; 127.0.0.1 and any port without it" };
        var detach = new Option<bool>("--detach") { Description = "Does not wait for the children's ends" };
        var migration = new MigrationOptionSet();
        var transport = new TransportOptionSet();
        var command = new Command(Name, "Makes programs of one image, each with an identity, arguments and random numbers of its own")
        {
            source, arguments, children, at, program, listen, detach,
        };
        migration.AddTo(command);
        transport.AddTo(command, listens: true);
        command.SetAction((parsed, cancellationToken) =>
        {
            string from = parsed.GetRequiredValue(source);
            int count = parsed.GetRequiredValue(children);
            TransportEndpoint[] nodes = [.. parsed.GetRequiredValue(at).Select(n => transport.Endpoint(parsed, n))];
            if (count < nodes.Length)
            {
                throw new UsageException($"--children {count}: give at least as many as there are nodes, {nodes.Length}");
            }

            string[] given = parsed.GetRequiredValue(arguments);
            ImmutableArray<string>? guest = given.Length == 0 ? null : [.. given];
            bool isEndpoint = transport.IsEndpoint(parsed, from);
            if (isEndpoint ? parsed.GetValue(listen) is not null : parsed.GetValue(detach) || parsed.GetValue(program) != Guid.Empty)
            {
                throw new UsageException(isEndpoint ? "--listen is for an image file" : "--detach and --program are for a memory node: this process serves the file until the children have ended");
            }

            string? where = parsed.GetValue(listen);
            TransportEndpoint here = isEndpoint ? transport.Endpoint(parsed, from) : transport.Endpoint(parsed, where ?? $"{transport.Name(parsed)}:127.0.0.1:0");
            var fork = new ForkRun(console, nodes, count, guest, migration.Request(parsed), transport.Options(parsed, console, [here, .. nodes]), !parsed.GetValue(detach));
            return isEndpoint ? fork.OfNodeAsync(here, parsed.GetValue(program), cancellationToken) : fork.OfFileAsync(from, here, cancellationToken);
        });
        return command;
    }
}
