namespace QuicWasm.Cli;

/// <summary>Descriptors that this process was started with, as against those that it has opened itself.</summary>
internal static class InheritedDescriptors
{
    private const int CloseOnExec = 0x80000;

    /// <summary>What a descriptor that was inherited leads to, as the kernel shows it (such as <c>socket:[1]</c>); null where there is none.</summary>
    public static string? TargetOf(int number)
    {
        string? target = number < 0 ? null : new FileInfo($"/proc/self/fd/{number}").LinkTarget;

        // What this process opens itself is closed on exec; what it inherited cannot be.
        return target is null || (FlagsOf(number) & CloseOnExec) != 0 ? null : target;
    }

    /// <summary>Whether a standard stream was inherited. Where it was closed, its number can be that of something that the .NET runtime has opened.</summary>
    public static bool HasStandardStream(int number) => !OperatingSystem.IsLinux() || TargetOf(number) is not null;

    private static int FlagsOf(int number)
    {
        const string name = "flags:";
        string line = File.ReadLines($"/proc/self/fdinfo/{number}").First(static l => l.StartsWith(name, StringComparison.Ordinal));
        return Convert.ToInt32(line[name.Length..].Trim(), 8);
    }
}
