using System.Diagnostics;
using System.Globalization;

namespace QuicWasm.Bench;

/// <summary>A process of a run: its lines as they come, and when, what it uses, and its end. Killed when it is disposed of before that.</summary>
internal sealed class NodeProcess : IProgramOutput, IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessUsage _usage;
    private readonly OutputLines _output = new();
    private readonly OutputLines _messages = new();

    private NodeProcess(Process process, string? input, bool standsBy, bool samples = true)
    {
        _process = process;
        _usage = new ProcessUsage(process.Id, samples);
        process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => _messages.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!standsBy)
        {
            FeedInput(input);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Output => _output.Output;

    /// <inheritdoc/>
    public IReadOnlyList<long> OutputTimes => _output.OutputTimes;

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Looks whether it has failed.</summary>
    /// <exception cref="HarnessException">It has; its own words are in the message.</exception>
    public void ThrowIfFailed()
    {
        if (_process.HasExited && _process.ExitCode != 0)
        {
            throw Failed($"it ended with exit code {_process.ExitCode}");
        }
    }

    /// <summary>What it has used until now.</summary>
    public ProcessUsage Usage => _usage;

    /// <summary>Starts <c>quicwasm</c> at a site with arguments; <paramref name="input"/> is a file for its standard input, or null.</summary>
    public static NodeProcess Start(NodeSite site, IEnumerable<string> arguments, string? input = null) =>
        new(Launch(site, "QuicWasm.Cli.dll", arguments), input, standsBy: false);

    /// <summary>
    /// Starts a node that stays up on this machine, and leaves it alone: what it uses is not looked at, which takes processor time itself. Gives it and
    /// where it listens, when it is warm, if it is to be.
    /// </summary>
    public static async Task<(NodeProcess Process, string Endpoint)> StartNodeUnwatchedAsync(string outputFolder, bool warmsItself, CancellationToken cancellationToken)
    {
        string[] arguments = ["node", "--listen", "tcp:127.0.0.1:0", "--output-folder", outputFolder, "--max-programs", "1024", .. warmsItself ? Array.Empty<string>() : ["--warm-up", "0"]];
        NodeProcess node = new(Launch(NodeSite.Loopback, "QuicWasm.Cli.dll", arguments), null, standsBy: false, samples: false);
        try
        {
            string endpoint = await node.MessageAsync(RunContext.Listening, cancellationToken);
            if (warmsItself)
            {
                await node.MessageAsync("quicwasm: warm: ", cancellationToken);
            }

            return (node, endpoint);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has <c>quicwasm</c> stand by on this machine, and leaves it alone.</summary>
    public static NodeProcess StandByUnwatched(params IEnumerable<string> arguments) =>
        new(Launch(NodeSite.Loopback, "QuicWasm.Cli.dll", arguments), null, standsBy: true, samples: false);

    /// <summary>Starts <c>quicwasm</c> at a site; its standard input stays open for <see cref="GiveLine"/>.</summary>
    public static NodeProcess StandBy(NodeSite site, IEnumerable<string> arguments) => new(Launch(site, "QuicWasm.Cli.dll", arguments), null, standsBy: true);

    /// <summary>Starts any command at a site; <paramref name="input"/> is a file for its standard input, or null.</summary>
    public static NodeProcess StartOther(NodeSite site, IEnumerable<string> command, string? input = null) =>
        new(Launch([.. site.Prefix, .. command]), input, standsBy: false);

    /// <summary>The command line of <c>quicwasm</c> with arguments.</summary>
    public static IReadOnlyList<string> Command(IEnumerable<string> arguments) => Command("QuicWasm.Cli.dll", arguments);

    /// <summary>Starts a program that lies beside this one, in .NET, its streams redirected.</summary>
    public static Process Launch(NodeSite site, string program, IEnumerable<string> arguments) =>
        Launch([.. site.Prefix, .. Command(program, arguments)]);

    private static IReadOnlyList<string> Command(string program, IEnumerable<string> arguments) =>
        [DotnetHost(), "exec", Path.Combine(AppContext.BaseDirectory, program), .. arguments];

    private static Process Launch(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        return Process.Start(start) ?? throw new HarnessException($"{command[0]} could not be started");
    }

    /// <summary>Gives a process that stands by its one line, and behind it what is its program's.</summary>
    public void GiveLine(string line, string input = "")
    {
        _process.StandardInput.Write($"{line}\n{input}");
        _process.StandardInput.Close();
    }

    /// <summary>Gives a process that stands by another line.</summary>
    public void AddLine(string line)
    {
        _process.StandardInput.Write($"{line}\n");
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a message that begins so; gives the rest of it.</summary>
    /// <exception cref="HarnessException">The process ended without it, or the deadline passed.</exception>
    public async Task<string> MessageAsync(string beginning, CancellationToken cancellationToken)
    {
        string? found = null;
        await UntilAsync(
            _messages, lines => (found = lines.Find(m => m.StartsWith(beginning, StringComparison.Ordinal))) is not null, $"\"{beginning}\"", cancellationToken);
        return found![beginning.Length..];
    }

    /// <summary>When the program with this number came to each step of its move at a node, as that says: names, and ms after its order.</summary>
    /// <exception cref="HarnessException">The process ended before, or the deadline passed.</exception>
    public async Task<IReadOnlyList<(string Step, double Ms)>> StepsAsync(int number, CancellationToken cancellationToken)
    {
        const string before = " ms after its order: ";
        List<string> found = [];
        await UntilAsync(
            _messages, lines => (found = lines.FindAll(m => m.Contains(before, StringComparison.Ordinal))).Count >= number, $"{number} times \"{before}\"", cancellationToken);
        string message = found[^1];
        string[] steps = message[(message.IndexOf(before, StringComparison.Ordinal) + before.Length)..].Split(", ");
        return [.. steps.Select(s => (s[..s.LastIndexOf(' ')], double.Parse(s[(s.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)))];
    }

    /// <summary>How many ms after its order the program with this number ran at a node, as that says.</summary>
    /// <exception cref="HarnessException">The process ended before, or the deadline passed.</exception>
    public async Task<double> FirstInstructionMsAsync(int number, CancellationToken cancellationToken) => (await StepsAsync(number, cancellationToken))[^1].Ms;

    /// <summary>Waits until the program has written so many lines.</summary>
    /// <exception cref="HarnessException">The process ended before, or the deadline passed.</exception>
    public Task LinesAsync(int count, CancellationToken cancellationToken) =>
        UntilAsync(_output, lines => lines.Count >= count, $"{count} lines of output", cancellationToken);

    /// <summary>Waits for the end of the process and of its output.</summary>
    /// <exception cref="HarnessException">It failed; its own words are in the message.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _output.Ended.WaitAsync(cancellationToken);
        if (_process.ExitCode != 0)
        {
            throw Failed($"it ended with exit code {_process.ExitCode}");
        }
    }

    /// <summary>Ends it at once, unless it has ended.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _usage.DisposeAsync();
        _process.Dispose();
    }

    private static string DotnetHost()
    {
        string? self = Environment.ProcessPath;
        return self is not null && Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? self
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    }

    private void FeedInput(string? file)
    {
        if (file is not null)
        {
            _process.StandardInput.Write(File.ReadAllText(file));
        }

        _process.StandardInput.Close();
    }

    private async Task UntilAsync(OutputLines lines, Func<List<string>, bool> condition, string what, CancellationToken cancellationToken)
    {
        if (!await lines.UntilAsync(condition, cancellationToken))
        {
            throw Failed($"it ended before {what}");
        }
    }

    private HarnessException Failed(string what) =>
        new($"a process of the run failed: {what}: {_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}\n{string.Join('\n', _messages.Output.TakeLast(20))}");
}
