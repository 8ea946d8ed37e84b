using System.Diagnostics;
using System.Text;

namespace QuicWasm.Cli.Tests;

/// <summary>The command as a process of its own.</summary>
internal sealed class ChildCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly Task<string> _output;
    private readonly Task _errors;

    private ChildCommand(string[] arguments, string? inputFile, (string Name, string Value)? variable = null, bool standsBy = false, params string[] prefix)
    {
        string[] command = [.. prefix, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "QuicWasm.Cli.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        if (variable is { } added)
        {
            start.Environment[added.Name] = added.Value;
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = Task.Run(ReadErrorsAsync);
        if (inputFile is not null)
        {
            _process.StandardInput.Write(File.ReadAllText(inputFile));
        }

        if (!standsBy)
        {
            _process.StandardInput.Close();
        }
    }

    private string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>The processes that it has started and that live.</summary>
    public int[] Children =>
    [
        .. Directory.GetDirectories($"/proc/{_process.Id}/task")
            .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(int.Parse),
    ];

    public static ChildCommand Start(params string[] arguments) => new(arguments, null);

    /// <summary>With a variable of its environment.</summary>
    public static ChildCommand StartWith(string variable, string value, params string[] arguments) => new(arguments, null, (variable, value));

    /// <summary>As a user without rights, where this one has them and the command can be read by everybody; skips the test elsewhere.</summary>
    public static ChildCommand StartWithoutRights(string home, params string[] arguments)
    {
        string[] prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "needs root, and setpriv, to give rights away");
        using (Process probe = Process.Start(new ProcessStartInfo(prefix[0], [.. prefix[1..], "test", "-r", Path.Combine(AppContext.BaseDirectory, "QuicWasm.Cli.dll")]))!)
        {
            probe.WaitForExit();
            Assert.SkipUnless(probe.ExitCode == 0, "the command cannot be read by everybody");
        }

        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(home, (UnixFileMode)511);
        }

        return new ChildCommand(arguments, null, ("HOME", home), prefix: prefix);
    }

    /// <summary>Its standard input stays open until <see cref="GiveLine"/> or <see cref="EndInput"/>.</summary>
    public static ChildCommand StandBy(params string[] arguments) => new(arguments, null, standsBy: true);

    /// <summary>Gives a command that stands by its one line.</summary>
    public void GiveLine(string line)
    {
        AddLine(line);
        EndInput();
    }

    /// <summary>Gives a command that stands by another line.</summary>
    public void AddLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>No more lines come.</summary>
    public void EndInput() => _process.StandardInput.Close();

    public static ChildCommand StartWithInput(string inputFile, params string[] arguments) => new(arguments, inputFile);

    public static async Task<CommandResult> OfAsync(params string[] arguments)
    {
        using ChildCommand command = Start(arguments);
        return await command.EndAsync();
    }

    /// <summary>Waits until the process has said this, and gives the rest of the line.</summary>
    public async Task<string> SaysAsync(string words)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            string said = Error;
            int at = said.IndexOf(words, StringComparison.Ordinal);
            int end = at < 0 ? -1 : said.IndexOf('\n', at);
            if (end >= 0)
            {
                return said[(at + words.Length)..end].Trim();
            }

            Assert.True(clock.Elapsed < Patience && !_errors.IsCompleted, $"the process never said \"{words}\", but:\n{said}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async Task<CommandResult> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        string output = await _output;
        await _errors;
        return new CommandResult(_process.ExitCode, output, Error);
    }

    /// <summary>Sends a signal: USR1, STOP, KILL.</summary>
    public void Signal(string name) => Signal(name, _process.Id);

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(string name, int processId)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{processId}"])!;
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.Append(line).Append('\n');
            }
        }
    }
}
