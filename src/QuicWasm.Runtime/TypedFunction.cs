using System.Linq.Expressions;
using System.Reflection;
using QuicWasm.Modules;

namespace QuicWasm.Runtime;

/// <summary>An exported function whose type has been checked against C# types.</summary>
internal sealed class TypedFunction
{
    private static readonly MethodInfo CallForResult = typeof(TypedFunction).GetMethods().Single(m => m.Name == nameof(Call) && m.IsGenericMethod);

    private static readonly MethodInfo CallForEffect = typeof(TypedFunction).GetMethods().Single(m => m.Name == nameof(Call) && !m.IsGenericMethod);

    private readonly RuntimeContext _context;
    private readonly FunctionInstance _function;

    public TypedFunction(ModuleInstance instance, string export, Type[] parameters, Type result)
    {
        _context = instance.Context;
        _function = instance.Function(export);
        ValueType[] results = result == typeof(void) ? [] : TypedSlots.TypesOf(result);
        var type = new FunctionType([.. parameters.SelectMany(TypedSlots.TypesOf)], [.. results]);
        if (!_function.Type.Equals(type))
        {
            throw new LinkException(LinkError.IncompatibleImport, $"the export \"{export}\" is a function {_function.Type}, and is used as {type}");
        }
    }

    /// <summary>A delegate that calls the function.</summary>
    public static TDelegate Bind<TDelegate>(ModuleInstance instance, string export)
        where TDelegate : Delegate
    {
        MethodInfo invoke = typeof(TDelegate).GetMethod("Invoke")!;
        ParameterExpression[] parameters = [.. invoke.GetParameters().Select(p => Expression.Parameter(p.ParameterType))];
        var function = new TypedFunction(instance, export, [.. parameters.Select(p => p.Type)], invoke.ReturnType);
        NewArrayExpression arguments = Expression.NewArrayInit(typeof(object), parameters.Select(p => Expression.Convert(p, typeof(object))));
        MethodInfo call = invoke.ReturnType == typeof(void) ? CallForEffect : CallForResult.MakeGenericMethod(invoke.ReturnType);
        return Expression.Lambda<TDelegate>(Expression.Call(Expression.Constant(function), call, arguments), parameters).Compile();
    }

    public TResult Call<TResult>(object[] arguments)
    {
        ReadOnlySpan<ulong> slots = Invoke(arguments);
        return (TResult)TypedSlots.Read(typeof(TResult), ref slots)!;
    }

    public void Call(object[] arguments) => Invoke(arguments);

    private ulong[] Invoke(object[] arguments)
    {
        ulong[] slots = new ulong[_function.Type.ParameterSlots];
        int count = 0;
        foreach (object argument in arguments)
        {
            count += TypedSlots.Write(argument, slots.AsSpan(count));
        }

        ulong[] results = new ulong[_function.Type.ResultSlots];
        _context.Interruption.Postpone();
        try
        {
            _context.Invoke(_function, slots, results);
        }
        finally
        {
            _context.Interruption.Release();
        }

        return results;
    }
}
