using System.Globalization;
using QuicWasm.Compiler;
using QuicWasm.Runtime;

namespace QuicWasm.Cli;

/// <summary>What <c>--profile</c> says.</summary>
internal static class ProfilePrinter
{
    /// <summary>Lists what an engine has compiled, and how often it was seen running before.</summary>
    public static void Print(CommandConsole console, IEngine engine)
    {
        if (engine is not CompilerEngine compiler)
        {
            console.Say($"the engine {engine.Name} compiles nothing");
            return;
        }

        console.Say("samples  compiled in  function");
        foreach (FunctionProfile profile in compiler.Profile.OrderByDescending(p => p.Samples).ThenByDescending(p => p.CompileTime))
        {
            string time = profile.CompileTime is { } t ? string.Create(CultureInfo.InvariantCulture, $"{t.TotalMilliseconds,8:F1} ms") : "interpreted";
            string loop = profile.LoopPc >= 0 ? $", from the loop at {profile.LoopPc}" : "";
            string kept = profile.IsKept ? " (kept code)" : "";
            console.Say($"{profile.Samples,7}  {time,11}  {profile.Function}{loop}{kept}");
        }
    }
}
