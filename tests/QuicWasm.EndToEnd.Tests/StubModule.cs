using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.EndToEnd.Tests;

/// <summary>A host module whose functions either give zero, or trap when they are called.</summary>
internal sealed class StubModule(string name, bool traps) : IHostModule
{
    public string Name => name;

    public HostFunction? Resolve(string function, FunctionType type) => (in HostCall call) =>
    {
        if (traps)
        {
            throw new TrapException(TrapKind.HostError, $"{name}.{function} is not here");
        }

        call.Results.Clear();
        return HostOutcome.Completed;
    };

    public byte[] CaptureState() => [];

    public void RestoreState(ReadOnlySpan<byte> state) => Assert.Equal(0, state.Length);

    public void Dispose()
    {
    }
}
