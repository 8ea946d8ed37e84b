namespace QuicWasm.Runtime;

/// <summary>
/// Calls of exports with C# values; see <see cref="HostModule"/> for their types. A suspension that is asked for meanwhile waits: who wants
/// to freeze a computation calls <see cref="RuntimeContext.Invoke"/>.
/// </summary>
public static class TypedCalls
{
    /// <summary>Calls an exported function that has results: one value, or a tuple.</summary>
    /// <exception cref="LinkException">There is no such export, or it has another type.</exception>
    /// <exception cref="TrapException">The program trapped.</exception>
    public static TResult Call<TResult>(this ModuleInstance instance, string export, params object[] arguments) =>
        new TypedFunction(instance, export, [.. arguments.Select(a => a.GetType())], typeof(TResult)).Call<TResult>(arguments);

    /// <summary>Calls an exported function that has no results.</summary>
    /// <exception cref="LinkException">There is no such export, or it has another type.</exception>
    /// <exception cref="TrapException">The program trapped.</exception>
    public static void Call(this ModuleInstance instance, string export, params object[] arguments) =>
        new TypedFunction(instance, export, [.. arguments.Select(a => a.GetType())], typeof(void)).Call(arguments);

    /// <summary>An exported function as a delegate; its type is checked once, here.</summary>
    /// <typeparam name="TDelegate">A Func or an Action, or another delegate of their parameters.</typeparam>
    /// <exception cref="LinkException">There is no such export, or it has another type.</exception>
    public static TDelegate GetFunction<TDelegate>(this ModuleInstance instance, string export)
        where TDelegate : Delegate => TypedFunction.Bind<TDelegate>(instance, export);
}
