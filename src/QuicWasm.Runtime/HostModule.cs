using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>
/// A host module of C# delegates. Types follow from the delegates: int, uint and bool are i32, long and ulong i64, float f32, double f64,
/// UInt128 v128; a tuple is several results; a first parameter of type <see cref="HostCaller"/> tells who calls. An exception of a
/// delegate becomes a trap.
/// </summary>
public sealed class HostModule(string name) : IHostModule
{
    private readonly Dictionary<string, (FunctionType Type, HostFunction Body)> _functions = new(StringComparer.Ordinal);
    private Func<byte[]>? _capture;
    private Action<byte[]>? _restore;

    private delegate void Body(ref SlotReader arguments, Span<ulong> results);

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>Offers a function.</summary>
    public HostModule Define(string name, Action body) => Add(name, [], typeof(void), (ref _, _) => body());

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1>(string name, Action<T1> body) => Add(name, [typeof(T1)], typeof(void), (ref a, _) => body(a.Next<T1>()));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2>(string name, Action<T1, T2> body) =>
        Add(name, [typeof(T1), typeof(T2)], typeof(void), (ref a, _) => body(a.Next<T1>(), a.Next<T2>()));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2, T3>(string name, Action<T1, T2, T3> body) =>
        Add(name, [typeof(T1), typeof(T2), typeof(T3)], typeof(void), (ref a, _) => body(a.Next<T1>(), a.Next<T2>(), a.Next<T3>()));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2, T3, T4>(string name, Action<T1, T2, T3, T4> body) => Add(
        name, [typeof(T1), typeof(T2), typeof(T3), typeof(T4)], typeof(void), (ref a, _) => body(a.Next<T1>(), a.Next<T2>(), a.Next<T3>(), a.Next<T4>()));

    /// <summary>Offers a function.</summary>
    public HostModule Define<TResult>(string name, Func<TResult> body) =>
        Add(name, [], typeof(TResult), (ref _, results) => TypedSlots.Write(body(), results));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, TResult>(string name, Func<T1, TResult> body) =>
        Add(name, [typeof(T1)], typeof(TResult), (ref a, results) => TypedSlots.Write(body(a.Next<T1>()), results));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2, TResult>(string name, Func<T1, T2, TResult> body) =>
        Add(name, [typeof(T1), typeof(T2)], typeof(TResult), (ref a, results) => TypedSlots.Write(body(a.Next<T1>(), a.Next<T2>()), results));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2, T3, TResult>(string name, Func<T1, T2, T3, TResult> body) => Add(
        name, [typeof(T1), typeof(T2), typeof(T3)], typeof(TResult),
        (ref a, results) => TypedSlots.Write(body(a.Next<T1>(), a.Next<T2>(), a.Next<T3>()), results));

    /// <summary>Offers a function.</summary>
    public HostModule Define<T1, T2, T3, T4, TResult>(string name, Func<T1, T2, T3, T4, TResult> body) => Add(
        name, [typeof(T1), typeof(T2), typeof(T3), typeof(T4)], typeof(TResult),
        (ref a, results) => TypedSlots.Write(body(a.Next<T1>(), a.Next<T2>(), a.Next<T3>(), a.Next<T4>()), results));

    /// <summary>Lets state travel with a program: what <paramref name="capture"/> gives at the source, <paramref name="restore"/> gets at the destination.</summary>
    public HostModule WithState(Func<byte[]> capture, Action<byte[]> restore)
    {
        (_capture, _restore) = (capture, restore);
        return this;
    }

    /// <inheritdoc/>
    /// <exception cref="LinkException">The function has another type.</exception>
    public HostFunction? Resolve(string name, FunctionType type)
    {
        if (!_functions.TryGetValue(name, out (FunctionType Type, HostFunction Body) function))
        {
            return null;
        }

        return function.Type.Equals(type) ? function.Body : throw new LinkException(
            LinkError.IncompatibleImport, $"incompatible import type: \"{Name}\" \"{name}\" is a function {function.Type}, where {type} is asked for");
    }

    /// <inheritdoc/>
    public byte[] CaptureState() => _capture?.Invoke() ?? [];

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        if (_restore is null)
        {
            throw new HostStateException($"the module \"{Name}\" brings {state.Length} bytes of state, and none is expected here; give it WithState");
        }

        _restore(state.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private HostModule Add(string name, Type[] parameters, Type result, Body body)
    {
        ValueType[] results = result == typeof(void) ? [] : TypedSlots.TypesOf(result);
        var type = new FunctionType([.. parameters.SelectMany(TypedSlots.TypesOf)], [.. results]);
        _functions[name] = (type, (in HostCall call) =>
        {
            var arguments = new SlotReader(call);
            try
            {
                body(ref arguments, call.Results);
            }
            catch (Exception e) when (e is not (TrapException or ProgramExitException))
            {
                throw new TrapException(TrapKind.HostError, $"{Name}.{name}: {e.Message}", e);
            }

            return HostOutcome.Completed;
        }
        );
        return this;
    }
}
