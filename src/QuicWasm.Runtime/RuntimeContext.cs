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
    private readonly IReadOnlyList<Action> _undo;

    /// <summary>Makes a runtime; its parts are made in a fixed order, and unmade in reverse where one fails.</summary>
    public RuntimeContext(Configure configure)
    {
        Configure = configure;
        Log = configure.LoggerFactory.CreateLogger<RuntimeContext>();
        var sequence = new InitializationSequence(configure.OnInitializationStep);
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

        _undo = sequence.Complete();
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
            RunToEnd(instance.Functions[start]);
        }

        if (name is not null)
        {
            Register(name, instance);
        }

        return instance;
    }

    /// <summary>Calls a function of the Store, of the host or of a module.</summary>
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

        if (function.Host is { } host)
        {
            host(new HostCall(this, null, arguments, results));
            return ExecutionOutcome.Completed;
        }

        return Engine.Invoke(function, arguments, results);
    }

    /// <summary>Goes on with a captured stack, after checking that every frame fits its function.</summary>
    /// <exception cref="StackException">A frame does not fit; nothing has run.</exception>
    public ExecutionOutcome Resume(CallStack stack, Span<ulong> results)
    {
        StackVerifier.Verify(Store, stack);
        return Engine.Resume(stack, results);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Action undo in _undo)
        {
            undo();
        }
    }

    private static IHostModule Add(List<IHostModule> modules, IHostModule module)
    {
        modules.Add(module);
        return module;
    }

    private void RunToEnd(FunctionInstance function)
    {
        ExecutionOutcome outcome = Invoke(function, [], []);
        bool suspended = outcome.IsSuspended;
        while (outcome.Stack is { } stack)
        {
            Interruption.Clear();
            outcome = Resume(stack, []);
        }

        if (suspended)
        {
            Interruption.Request();
        }
    }
}
