namespace QuicWasm.Bench;

/// <summary>
/// What this machine lacks for some points. A sweep leaves those out and says so: that is no failure of what is measured. Who asks for one of
/// them by itself gets the reason for an error.
/// </summary>
internal static class MissingHere
{
    private static readonly Lazy<string?> Faults = new(ProbeFaults);

    /// <summary>The reason, or null where nothing is missing.</summary>
    public static string? For(ExperimentPoint point) => For(
        point, LinkNamespaces.Unavailable(), point.Method == Methods.CriuLazy ? Criu.LazyUnavailable : Criu.Unavailable, Faults, SystemCommand.Exists("node"));

    /// <summary>The same, of a machine with these facts.</summary>
    /// <param name="point">What would be measured.</param>
    /// <param name="noLink">Why there is no emulated link, or null.</param>
    /// <param name="noCriu">Why CRIU does not do the method of the point, or null.</param>
    /// <param name="noFaults">Why page faults cannot be caught, or null.</param>
    /// <param name="hasNode">Whether node is installed.</param>
    public static string? For(ExperimentPoint point, string? noLink, Lazy<string?> noCriu, Lazy<string?> noFaults, bool hasNode) => point switch
    {
        { Engine: RunContext.OtherEngine } when !hasNode => $"{point.Engine}: node is not installed",
        { Method: Methods.Criu or Methods.CriuLazy } when noCriu.Value is { } reason => reason,
        _ when noLink is not null && (point.LinkKind == LinkKinds.Emulated || !point.Link.IsClean) => noLink,
        { Method: Methods.Migrate or Methods.Oracle or Methods.Replay or Methods.Fork, Mode: "cow", EagerMemory: false } when noFaults.Value is { } reason => reason,
        _ when TransportProviders.Missing(point.Transport) is { } reason => reason,
        _ => null,
    };

    private static string? ProbeFaults()
    {
        try
        {
            Native.Userfault.Probe();
            return null;
        }
        catch (Native.NativeException e)
        {
            return $"mode cow with memory on demand: {e.Message}";
        }
    }
}
