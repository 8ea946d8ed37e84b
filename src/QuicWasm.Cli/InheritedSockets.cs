namespace QuicWasm.Cli;

/// <summary>Sockets that this process was started with, for the program.</summary>
internal static class InheritedSockets
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Checks the numbers that <c>--socket</c> names.</summary>
    /// <exception cref="UsageException">There is no such descriptor, it is no socket, or this process has opened it itself.</exception>
    public static int[] Of(int[] numbers)
    {
        foreach (int number in numbers)
        {
            Check(number);
        }

        return numbers;
    }

    private static void Check(int number)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new UsageException($"--socket {number}: sockets are inherited on Linux only");
        }

        string entry = $"/proc/self/fd/{number}";
        if (number < 0 || new FileInfo(entry).LinkTarget is not { } target)
        {
            throw new UsageException($"--socket {number}: this process has no descriptor {number}");
        }

        // What this process opens itself is closed on exec; what it inherited cannot be.
        if (!target.StartsWith("socket:", StringComparison.Ordinal) || (FlagsOf(number) & CloseOnExec) != 0)
        {
            throw new UsageException($"--socket {number}: descriptor {number} is no socket that this process inherited");
        }
    }

    private static int FlagsOf(int number)
    {
        const string name = "flags:";
        string line = File.ReadLines($"/proc/self/fdinfo/{number}").First(static l => l.StartsWith(name, StringComparison.Ordinal));
        return Convert.ToInt32(line[name.Length..].Trim(), 8);
    }
}
