namespace QuicWasm.Cli;

/// <summary>Sockets that this process was started with, for the program.</summary>
internal static class InheritedSockets
{
    /// <summary>Checks the numbers that <c>--socket</c> names.</summary>
    /// <exception cref="UsageException">A number is not that of a socket that was inherited.</exception>
    public static int[] Of(int[] numbers)
    {
        foreach (int number in numbers)
        {
            if (!OperatingSystem.IsLinux())
            {
                throw new UsageException($"--socket {number}: sockets are inherited on Linux only");
            }

            if (InheritedDescriptors.TargetOf(number)?.StartsWith("socket:", StringComparison.Ordinal) is not true)
            {
                throw new UsageException($"--socket {number}: descriptor {number} is no socket that this process was started with");
            }
        }

        return numbers;
    }
}
