using System.Globalization;
using QuicWasm.Compiler;
using QuicWasm.Interpreter;
using QuicWasm.Modules;
using QuicWasm.Runtime;
using QuicWasm.Testing;

namespace QuicWasm.Fuzz.Tests;

/// <summary>A way to run programs.</summary>
internal enum EngineKind
{
    Interpreter,
    Compiler,
    Compared,
    Tiered,
}

/// <summary>
/// Runs a generated module: each call in a runtime of one engine, or, frozen at safe points by chance, going on each time in the runtime of
/// another one, which the state is copied to.
/// </summary>
internal sealed class EngineRun : IDisposable
{
    private const int MovesOfACall = 10;

    private readonly GeneratedModule _module;
    private readonly Random? _moves;
    private readonly RuntimeContext[] _contexts;
    private int _at;

    /// <param name="module">The module.</param>
    /// <param name="validated">The same, validated.</param>
    /// <param name="moves">Says where to freeze and where to go on; null to run through.</param>
    /// <param name="engines">The engines; the first one begins.</param>
    public EngineRun(GeneratedModule module, ValidatedModule validated, Random? moves, params EngineKind[] engines)
    {
        _module = module;
        _moves = moves;
        _contexts = [.. engines.Select(e => new RuntimeContext(Configure(e)))];
        Array.ForEach(_contexts, c => c.Instantiate(validated));
    }

    /// <summary>How often it was frozen and went on in another engine.</summary>
    public int Moves { get; private set; }

    /// <summary>Whether a reference to an exception was given.</summary>
    public bool KeptExceptions { get; private set; }

    /// <summary>What each call gave to the last bit, and the state after it.</summary>
    public string[] Run()
    {
        var lines = new List<string>();
        foreach (GeneratedCall call in _module.Calls)
        {
            ModuleInstance instance = Assert.Single(_contexts[_at].Store.Modules);
            instance.Globals[(int)ModuleGenerator.FuelGlobal].Low = ModuleGenerator.Fuel;
            string outcome = Call(instance.Function(call.Function), call);
            // Nothing refers to exceptions between calls; how many of them are still there is each engine's own affair.
            Store store = _contexts[_at].Store;
            KeptExceptions |= store.Exceptions.LastReference > 0;
            store.Exceptions.Collect([]);
            lines.Add($"{outcome}\n{ProgramState.Describe(store)}");
        }

        return [.. lines];
    }

    public void Dispose() => Array.ForEach(_contexts, c => c.Dispose());

    private string Call(FunctionInstance function, GeneratedCall call)
    {
        ulong[] results = new ulong[function.Type.ResultSlots];
        try
        {
            int moves = 0;
            Arm(moves);
            ExecutionOutcome outcome = _contexts[_at].Invoke(function, call.Arguments, results);
            while (outcome.Stack is { } stack)
            {
                Move(stack);
                Arm(++moves);
                outcome = _contexts[_at].Resume(stack, results);
            }

            return string.Join(' ', results.Select(r => r.ToString("x", CultureInfo.InvariantCulture)));
        }
        catch (TrapException e)
        {
            return e.Thrown is { } thrown ? $"trap: {e.Kind} {thrown.Tag.Address} {string.Join(' ', thrown.Fields)}" : $"trap: {e.Kind}";
        }
        finally
        {
            _contexts[_at].Interruption.Clear();
        }
    }

    private void Arm(int moves)
    {
        if (_moves is not null && moves < MovesOfACall)
        {
            _contexts[_at].Interruption.RequestAfter(_moves.Next(1, 12));
            _contexts[_at].Interruption.RequestSample();
        }
    }

    private void Move(CallStack stack)
    {
        Moves++;
        RuntimeContext from = _contexts[_at];
        from.Interruption.Clear();
        _at = (_at + _moves!.Next(1, _contexts.Length)) % _contexts.Length;
        ProgramState.Copy(from.Store, _contexts[_at].Store);
        StackVerifier.Verify(_contexts[_at].Store, stack);
    }

    private static Configure Configure(EngineKind kind) => new()
    {
        Engine = kind switch
        {
            EngineKind.Interpreter => c => new InterpreterEngine(c),
            EngineKind.Tiered => c => new CompilerEngine(c, b => new InterpreterEngine(b)),
            _ => c => new CompilerEngine(c, b => new InterpreterEngine(b), CompileMode.Eager),
        },
        MemoryChecks = kind == EngineKind.Compared ? MemoryChecks.Compared : MemoryChecks.Guarded,
        HostModules = [_ => new GeneratedHost()],
        MaxStackBytes = 1 << 20,
    };
}
