namespace QuicWasm.Fuzz.Tests;

/// <summary>Where random numbers begin, and how much is tried: the environment can say so, to repeat a finding or to look further.</summary>
internal static class Seeds
{
    /// <summary>QUICWASM_FUZZ_SEED, or always the same.</summary>
    public static int First { get; } = Number("QUICWASM_FUZZ_SEED", 20_260);

    /// <summary>QUICWASM_FUZZ_SECONDS: for how long modules are damaged.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(Number("QUICWASM_FUZZ_SECONDS", 20));

    /// <summary>QUICWASM_DIFFERENTIAL: how many modules run in both engines.</summary>
    public static int ModuleCount { get; } = Number("QUICWASM_DIFFERENTIAL", 300);

    /// <summary>QUICWASM_ENGINES: how many modules run in all engines of this project.</summary>
    public static int EngineModuleCount { get; } = Number("QUICWASM_ENGINES", 300);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : otherwise;
}
