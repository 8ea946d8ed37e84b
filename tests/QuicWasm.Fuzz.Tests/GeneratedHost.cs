using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Fuzz.Tests;

/// <summary>What generated modules import: a function (i64, i32) -> i64 that mixes its arguments.</summary>
internal sealed class GeneratedHost : IHostModule
{
    /// <summary>The module's name.</summary>
    public const string Module = "host";

    /// <summary>The function's name.</summary>
    public const string Function = "mix";

    public string Name => Module;

    public HostFunction? Resolve(string name, FunctionType type) => name != Function ? null : static (in HostCall call) =>
    {
        call.Results[0] = System.Numerics.BitOperations.RotateLeft(call.Arguments[0], (int)call.Arguments[1]) ^ call.Arguments[1];
        return HostOutcome.Completed;
    };

    public byte[] CaptureState() => [];

    public void RestoreState(ReadOnlySpan<byte> state)
    {
    }

    public void Dispose()
    {
    }
}
