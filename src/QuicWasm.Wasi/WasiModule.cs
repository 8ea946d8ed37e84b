using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>
/// WASI preview 1 for one program: its 46 functions, and the state behind them, which travels with the program. Files are seen
/// only beneath the folders of the options. Waits (poll_oneoff, reads and writes of pipes, terminals and sockets) give way to a capture.
/// </summary>
public sealed class WasiModule : IHostModule
{
    /// <summary>The module name that programs import from.</summary>
    public const string ModuleName = "wasi_snapshot_preview1";

    private readonly CallTable _calls = new();
    private readonly ProgramState _state;

    /// <summary>Opens the folders of the options.</summary>
    /// <exception cref="HostStateException">A folder cannot be opened; nothing stays open.</exception>
    public WasiModule(WasiOptions options)
    {
        _state = new ProgramState(options);
        new ArgumentCalls(_state).Register(_calls);
        new ClockCalls(_state).Register(_calls);
        new ProcessCalls(_state).Register(_calls);
        new DescriptorCalls(_state).Register(_calls);
        new FileCalls(_state).Register(_calls);
        new FileStatusCalls(_state).Register(_calls);
        new DirectoryCalls(_state).Register(_calls);
        new PathOpenCall(_state).Register(_calls);
        new PathCalls(_state).Register(_calls);
        new PollCalls(_state).Register(_calls);
        new SocketCalls(_state).Register(_calls);
    }

    /// <inheritdoc/>
    public string Name => ModuleName;

    internal CallTable Calls => _calls;

    internal ProgramState State => _state;

    /// <inheritdoc/>
    public HostFunction? Resolve(string name, FunctionType type) => _calls.Find(name, type);

    /// <summary>
    /// The state: arguments, environment, clocks, random numbers, open descriptors with paths, positions and rights, and what is
    /// left of an interrupted wait.
    /// </summary>
    /// <exception cref="HostStateException">An open file was unlinked, or a connection is open: the message names it.</exception>
    public byte[] CaptureState() => StateCapture.Capture(_state).Write();

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state) => StateRestore.Restore(_state, SavedState.Read(state));

    /// <summary>The child has random numbers of its own, and its own arguments where some are given.</summary>
    public void BecomeChild(ChildIdentity child)
    {
        _state.Random = RandomSource.FromSeed(null);
        if (child.Arguments is { } arguments)
        {
            _state.Arguments = ProgramState.Encode(arguments, "an argument");
        }
    }

    /// <summary>Closes what the program had open. Standard streams and inherited sockets are not closed.</summary>
    public void Dispose() => _state.Dispose();
}
