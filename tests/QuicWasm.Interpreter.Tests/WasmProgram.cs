using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Interpreter.Tests;

/// <summary>One module in a runtime with the interpreter; its functions are called with values of up to 128 bits.</summary>
internal sealed class WasmProgram : IDisposable
{
    private readonly ValidatedModule _module;
    private RuntimeContext _context;

    public WasmProgram(WasmModuleBuilder module)
    {
        _module = ModuleLoader.Load(module.ToArray());
        (_context, Instance) = Start();
    }

    public ModuleInstance Instance { get; private set; }

    /// <summary>Calls a function to its end.</summary>
    public UInt128[] Call(string name, params UInt128[] arguments) => Run(name, 0, arguments).Results;

    /// <summary>
    /// Calls a function, which must use nothing but its frames: at every n-th safe point it is captured, and resumed in a new runtime.
    /// Gives the number of captures, too.
    /// </summary>
    public (UInt128[] Results, int Captures) CallWithCaptures(string name, int every, params UInt128[] arguments) => Run(name, every, arguments);

    public void Dispose() => _context.Dispose();

    private (RuntimeContext Context, ModuleInstance Instance) Start()
    {
        var context = new RuntimeContext(new Configure { Engine = c => new InterpreterEngine(c) });
        return (context, context.Instantiate(_module));
    }

    private (UInt128[] Results, int Captures) Run(string name, int every, UInt128[] arguments)
    {
        FunctionInstance function = Instance.Function(name);
        var slots = new List<ulong>();
        for (int i = 0; i < arguments.Length; i++)
        {
            slots.Add((ulong)arguments[i]);
            if (function.Type.Parameters[i] == ValueType.V128)
            {
                slots.Add((ulong)(arguments[i] >> 64));
            }
        }

        var results = new ulong[function.Type.ResultSlots];
        int captures = Execute(function, every, [.. slots], results);
        return (Values(function.Type, results), captures);
    }

    private int Execute(FunctionInstance function, int every, ulong[] slots, ulong[] results)
    {
        int captures = 0;
        Arm(every);
        ExecutionOutcome outcome = _context.Invoke(function, slots, results);
        for (; outcome.Stack is { } stack; captures++)
        {
            _context.Dispose();
            (_context, Instance) = Start();
            Arm(every);
            outcome = _context.Resume(stack, results);
        }

        _context.Interruption.Clear();
        return captures;
    }

    private void Arm(int every)
    {
        if (every > 0)
        {
            _context.Interruption.RequestAfter(every);
        }
    }

    private static UInt128[] Values(FunctionType type, ulong[] slots)
    {
        var values = new List<UInt128>();
        int slot = 0;
        foreach (ValueType result in type.Results)
        {
            values.Add(result == ValueType.V128 ? new UInt128(slots[slot + 1], slots[slot]) : slots[slot]);
            slot += result == ValueType.V128 ? 2 : 1;
        }

        return [.. values];
    }
}
