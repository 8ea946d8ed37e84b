using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Fuzz.Tests;

/// <summary>A host that has every function under a module name; all of them give zeros.</summary>
internal sealed class StubHost(string name) : IHostModule
{
    public string Name { get; } = name;

    public HostFunction Resolve(string name, FunctionType type) => (in HostCall call) =>
    {
        call.Results.Clear();
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
