using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>Functions that the host offers under one module name, and the state behind them that travels with a program.</summary>
public interface IHostModule : IDisposable
{
    /// <summary>The module name that programs import from.</summary>
    string Name { get; }

    /// <summary>Gives the function of that name, or null where there is none. The type is what the importer asks for.</summary>
    HostFunction? Resolve(string name, FunctionType type);

    /// <summary>The state that must travel with a program, in a format of the module's own that begins with its version; empty for none.</summary>
    byte[] CaptureState();

    /// <summary>Takes over a captured state. Called once, before any function of the program runs.</summary>
    /// <exception cref="HostStateException">The state cannot be had here; nothing has been opened.</exception>
    void RestoreState(ReadOnlySpan<byte> state);

    /// <summary>The program is a child of the one whose state was taken over: what tells them apart, such as random numbers, begins anew. Called before it runs.</summary>
    void BecomeChild(ChildIdentity child)
    {
    }
}

/// <summary>A host module cannot take over, or give, its state: the message says which thing is missing.</summary>
public sealed class HostStateException(string message, Exception? inner = null) : Exception(message, inner);
