using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>
/// One runtime: its Configure, Store, engine, host modules and log. It runs one computation at a time; only
/// <see cref="Interruption"/> may be used from other threads meanwhile.
/// </summary>
public sealed class RuntimeContext : IDisposable
{
    private readonly Dictionary<string, ModuleInstance> _registered = new(StringComparer.Ordinal);
    private readonly InitializationSequence _parts;
    private int _depth;

    /// <summary>Makes a runtime; its parts are made in a fixed order, and unmade in reverse where one fails.</summary>
    public RuntimeContext(Configure configure)
    {
        Configure = configure;
        Log = configure.LoggerFactory.CreateLogger<RuntimeContext>();
        InitializationSequence sequence = _parts = new InitializationSequence(configure.OnInitializationStep);
        MemorySource = sequence.Step("memory source", () => MemorySource.Open(configure.Allocation), s => s.Dispose());
        Cells = sequence.Step("cells", () => new CellArena(MemorySource), c => c.Dispose());
        Interruption = sequence.Step("interruption", () => new Interruption(), i => i.Dispose());
        Store = sequence.Step("store", () => new Store(this), s => s.FallBack(default));
        Engine = sequence.Step("engine", () => configure.Engine(this), e => e.Dispose());
        var modules = new List<IHostModule>();
        HostModules = modules;
        foreach (Func<RuntimeContext, IHostModule> factory in configure.HostModules)
        {
            sequence.Step("host module", () => Add(modules, factory(this)), m => m.Dispose());
        }
    }

    /// <summary>The options.</summary>
    public Configure Configure { get; }

    /// <summary>Every instance.</summary>
    public Store Store { get; }

    /// <summary>What runs functions.</summary>
    public IEngine Engine { get; }

    /// <summary>The host modules, in the order of Configure.</summary>
    public IReadOnlyList<IHostModule> HostModules { get; }

    /// <summary>How a running computation is asked to stop.</summary>
    public Interruption Interruption { get; }

    /// <summary>Where instance memory comes from.</summary>
    public MemorySource MemorySource { get; }

    /// <summary>The log.</summary>
    public ILogger Log { get; }

    /// <summary>Instances by the name that other modules import them by.</summary>
    public IReadOnlyDictionary<string, ModuleInstance> Registered => _registered;

    internal CellArena Cells { get; }

    /// <summary>Lets other modules import the instance's exports under a name.</summary>
    public void Register(string name, ModuleInstance instance)
    {
        instance.Name ??= name;
        _registered[name] = instance;
    }

    /// <summary>
    /// The host function of that name: of the first host module that has it, or, where Configure says so, one that traps; else null.
    /// </summary>
    public HostFunction? ResolveHost(string module, string name, FunctionType type)
    {
        foreach (IHostModule host in HostModules)
        {
            if (host.Name == module && host.Resolve(name, type) is { } body)
            {
                return body;
            }
        }

        return Configure.TrapsUnknownImports
            ? (in HostCall call) => throw new TrapException(TrapKind.HostError, $"the program called the import \"{module}\" \"{name}\", which nothing here offers")
            : null;
    }

    /// <summary>
    /// Instantiates a module: imports are resolved from registered instances, then from host modules. The start function, if
    /// there is one, is run unless <paramref name="runStart"/> is false; a suspension asked for meanwhile waits until it is over.
    /// </summary>
    /// <exception cref="LinkException">An import is missing or does not match, or a limit is exceeded; nothing remains.</exception>
    /// <exception cref="TrapException">A segment does not fit, or the start function trapped; what it wrote before remains, as the specification says.</exception>
    public ModuleInstance Instantiate(ValidatedModule module, string? name = null, bool runStart = true)
    {
        ModuleInstance instance = new Instantiation(this, module, name).Run();
        if (runStart && module.Module.StartFunction is { } start)
        {
            Interruption.Postpone();
            try
            {
                Invoke(instance.Functions[start], [], []);
            }
            finally
            {
                Interruption.Release();
            }
        }

        if (name is not null)
        {
            Register(name, instance);
        }

        return instance;
    }

    /// <summary>
    /// Calls a function of the Store, of the host or of a module. A host function may call it too: a suspension that is asked for
    /// meanwhile waits until it is back in the Wasm code that called the host, because the host's own frames cannot be captured.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">Its arguments, in slots.</param>
    /// <param name="results">Where its results go, in slots.</param>
    /// <exception cref="TrapException">The program trapped.</exception>
    public ExecutionOutcome Invoke(FunctionInstance function, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        if (arguments.Length != function.Type.ParameterSlots || results.Length < function.Type.ResultSlots)
        {
            throw new ArgumentException($"a function of type {function.Type} takes {function.Type.ParameterSlots} argument slots and {function.Type.ResultSlots} result slots");
        }

        bool isUncapturable = Enter(function.Host is not null);
        try
        {
            return function.Host is { } host ? InvokeHost(host, arguments, results) : Engine.Invoke(function, arguments, results);
        }
        finally
        {
            Leave(isUncapturable);
        }
    }

    /// <summary>Goes on with a captured stack, after checking that every frame fits its function.</summary>
    /// <exception cref="StackException">A frame does not fit; nothing has run.</exception>
    public ExecutionOutcome Resume(CallStack stack, Span<ulong> results)
    {
        StackVerifier.Verify(Store, stack);
        bool isUncapturable = Enter(isHost: false);
        try
        {
            return Engine.Resume(stack, results);
        }
        finally
        {
            Leave(isUncapturable);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.UndoAll();

    private static IHostModule Add(List<IHostModule> modules, IHostModule module)
    {
        modules.Add(module);
        return module;
    }

    private ExecutionOutcome InvokeHost(HostFunction host, ReadOnlySpan<ulong> arguments, Span<ulong> results)
    {
        while (host(new HostCall(this, null, arguments, results)) == HostOutcome.Interrupted)
        {
        }

        return ExecutionOutcome.Completed;
    }

    // Whether there is, or will be, a host function's frame below: it is on the stack of .NET, which can be neither captured nor exceeded.
    private bool Enter(bool isHost)
    {
        bool isNested = _depth > 0;
        if (isNested && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TrapException(TrapKind.CallStackExhausted);
        }

        _depth++;
        if (isNested || isHost)
        {
            Interruption.Postpone();
        }

        return isNested || isHost;
    }

    private void Leave(bool isUncapturable)
    {
        _depth--;
        if (isUncapturable)
        {
            Interruption.Release();
        }
    }
}
