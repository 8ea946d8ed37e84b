using System.Runtime.InteropServices;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Compiler;

/// <summary>
/// What compiled code depends on beside the module: the build of this engine and of what its code calls and lays out, the version of .NET, and the
/// processor's architecture. Not its features: code is CIL, which the JIT of the machine at hand compiles.
/// </summary>
internal static class EngineIdentity
{
    /// <summary>The identity of this process's engine.</summary>
    public static string Current { get; } = string.Join(
        ' ',
        typeof(CompilerEngine).Module.ModuleVersionId.ToString("N"),
        typeof(RuntimeContext).Module.ModuleVersionId.ToString("N"),
        typeof(ValidatedModule).Module.ModuleVersionId.ToString("N"),
        Environment.Version,
        RuntimeInformation.ProcessArchitecture);
}
