using System.Security.Cryptography;
using QuicWasm.Interpreter;

namespace QuicWasm.Cli;

/// <summary>What a process that runs programs needs whatever they are, and what takes longest to be there: begun before the command line is read, beside it.</summary>
internal static class EarlyStart
{
    /// <summary>Begins, on a thread of its own. Whoever needs some of it sooner makes it, as without this.</summary>
    public static void Begin() => new Thread(Prepare) { IsBackground = true, Name = "early start" }.Start();

    private static void Prepare()
    {
        // Loads the library that hashes modules and draws keys.
        SHA256.HashData([]);
        InterpreterEngine.Prepare();
    }
}
