using System.Collections.Immutable;
using QuicWasm.Modules;
using QuicWasm.Runtime;

namespace QuicWasm.Wasi;

/// <summary>One function of preview 1. <see cref="Errno.Interrupted"/> stands for a call that did nothing.</summary>
internal delegate Errno WasiCall(in HostCall call);

/// <summary>The functions by name, with their types.</summary>
internal sealed class CallTable
{
    private readonly Dictionary<string, (FunctionType Type, HostFunction Function)> _functions = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _functions.Keys;

    /// <summary>Adds a function that gives an error number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parameters">A letter a parameter: i for i32, l for i64.</param>
    /// <param name="body">What it does.</param>
    public void Add(string name, string parameters, WasiCall body) => _functions.Add(name, (TypeOf(parameters, [ValueType.I32]), new Adapter(body).Run));

    /// <summary>Adds a function without a result, which does not return.</summary>
    public void AddFinal(string name, string parameters, HostFunction body) => _functions.Add(name, (TypeOf(parameters, []), body));

    public FunctionType Type(string name) => _functions[name].Type;

    public HostFunction? Find(string name, FunctionType type) =>
        _functions.TryGetValue(name, out (FunctionType Type, HostFunction Function) entry) && entry.Type.Equals(type) ? entry.Function : null;

    private static FunctionType TypeOf(string parameters, ImmutableArray<ValueType> results) =>
        new([.. parameters.Select(static p => p == 'l' ? ValueType.I64 : ValueType.I32)], results);

    private sealed class Adapter(WasiCall body)
    {
        public HostOutcome Run(in HostCall call)
        {
            Errno errno;
            try
            {
                errno = body(call);
            }
            catch (TrapException trap) when (trap.Kind == TrapKind.OutOfBoundsMemoryAccess)
            {
                errno = Errno.Fault;
            }

            if (errno == Errno.Interrupted)
            {
                return HostOutcome.Interrupted;
            }

            call.Results[0] = (ulong)errno;
            return HostOutcome.Completed;
        }
    }
}
