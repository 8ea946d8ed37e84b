using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Testing;

/// <summary>A host module made of lambdas. It takes every type that is asked for.</summary>
public sealed class FakeHostModule(string name) : IHostModule
{
    private readonly Dictionary<string, HostFunction> _functions = [];

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>How often it was disposed of.</summary>
    public int DisposeCount { get; private set; }

    /// <summary>Told when it is disposed of.</summary>
    public Action? OnDispose { get; init; }

    /// <summary>Offers a function.</summary>
    public FakeHostModule With(string function, HostFunction body)
    {
        _functions[function] = body;
        return this;
    }

    /// <inheritdoc/>
    public HostFunction? Resolve(string name, FunctionType type) => _functions.GetValueOrDefault(name);

    /// <inheritdoc/>
    public byte[] CaptureState() => [];

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DisposeCount++;
        OnDispose?.Invoke();
    }
}
