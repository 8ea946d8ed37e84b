using System.Reflection;
using System.Reflection.Emit;
using QuicWasm.Modules;

namespace QuicWasm.Compiler;

/// <summary>The code that leads into, and out of, compiled functions of one type.</summary>
/// <param name="Stub">For compiled callers of a function that is not compiled: (block, arguments) -> result.</param>
/// <param name="Enter">Calls compiled code with arguments in slots, where the results go: (code, block, slots).</param>
/// <param name="EnterVersion">Calls a version: (code, block, results).</param>
/// <param name="Leave">Stands for a version where the computation is suspended, and returns: (block) -> result.</param>
/// <param name="EntryPoll">Takes over from a function that has something to ask at its entry: (block, arguments) -> result.</param>
internal sealed record Signature(nint Stub, nint Enter, nint EnterVersion, nint Leave, MethodInfo EntryPoll)
{
    /// <summary>Emits the code of several types at once.</summary>
    public static Dictionary<FunctionType, Signature> EmitAll(ModuleBuilder assembly, IEnumerable<FunctionType> types)
    {
        TypeBuilder builder = assembly.DefineType("Signatures", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        var distinct = types.Distinct().ToList();
        for (int i = 0; i < distinct.Count; i++)
        {
            EmitStub(Define(builder, $"Stub{i}", ClrTypes.ResultOf(distinct[i]), ClrTypes.ParametersOf(distinct[i])), distinct[i]);
            DefineEntryPoll(builder, $"EntryPoll{i}", distinct[i]);
            EmitEnter(Define(builder, $"Enter{i}", typeof(void), [typeof(nint), typeof(nint), typeof(nint)]), distinct[i]);
            EmitLeave(Define(builder, $"Leave{i}", ClrTypes.ResultOf(distinct[i]), [typeof(nint)]), distinct[i]);
            EmitEnterVersion(Define(builder, $"EnterVersion{i}", typeof(void), [typeof(nint), typeof(nint), typeof(nint)]), distinct[i]);
        }

        Type made = builder.CreateType();
        nint Pointer(string name) => made.GetMethod(name)!.MethodHandle.GetFunctionPointer();
        var signatures = new Dictionary<FunctionType, Signature>();
        for (int i = 0; i < distinct.Count; i++)
        {
            signatures.Add(distinct[i], new Signature(Pointer($"Stub{i}"), Pointer($"Enter{i}"), Pointer($"EnterVersion{i}"), Pointer($"Leave{i}"), made.GetMethod($"EntryPoll{i}")!));
        }

        return signatures;
    }

    /// <summary>Emits the code that takes over from functions of a type that have something to ask at their entry.</summary>
    public static MethodBuilder DefineEntryPoll(TypeBuilder builder, string name, FunctionType type)
    {
        MethodBuilder method = builder.DefineMethod(
            name, MethodAttributes.Public | MethodAttributes.Static, CallingConventions.Standard, ClrTypes.ResultOf(type), ClrTypes.ParametersOf(type));
        EmitEntryPoll(method.GetILGenerator(), type);
        return method;
    }

    private static ILGenerator Define(TypeBuilder type, string name, Type result, Type[] parameters) => type.DefineMethod(
        name, MethodAttributes.Public | MethodAttributes.Static, CallingConventions.Standard, result, parameters).GetILGenerator();

    private static void EmitStub(ILGenerator il, FunctionType type)
    {
        LocalBuilder slots = ArgumentsToSlots(il, type);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, slots);
        il.Emit(OpCodes.Call, typeof(Bridge).GetMethod(nameof(Bridge.CallFromCode))!);
        if (type.Results.Length == 1)
        {
            il.Emit(OpCodes.Ldloc, slots);
            ClrTypes.LoadSlot(il, ClrTypes.Of(type.Results[0]));
        }
        else
        {
            for (int i = 0; i < type.ResultSlots; i++)
            {
                ResultAddress(il, 0, i);
                Slot(il, slots, i);
                il.Emit(OpCodes.Ldind_I8);
                il.Emit(OpCodes.Stind_I8);
            }
        }

        il.Emit(OpCodes.Ret);
    }

    private static void EmitEntryPoll(ILGenerator il, FunctionType type)
    {
        LocalBuilder code = il.DeclareLocal(typeof(nint));
        LocalBuilder slots = ArgumentsToSlots(il, type);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, slots);
        il.Emit(OpCodes.Call, typeof(Bridge).GetMethod(nameof(Bridge.EnterSlowly))!);
        il.Emit(OpCodes.Stloc, code);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, code);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.ResultOf(type), [typeof(nint)], null);
        il.Emit(OpCodes.Ret);
    }

    private static LocalBuilder ArgumentsToSlots(ILGenerator il, FunctionType type)
    {
        LocalBuilder slots = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldc_I4, 8 * Math.Max(1, Math.Max(type.ParameterSlots, type.ResultSlots)));
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Stloc, slots);
        int slot = 0;
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            Slot(il, slots, slot);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            ClrTypes.StoreSlot(il, ClrTypes.Of(type.Parameters[i]));
            slot += type.Parameters[i].SlotCount();
        }

        return slots;
    }

    private static void EmitEnter(ILGenerator il, FunctionType type)
    {
        LocalBuilder slots = Argument(il, 2);
        if (type.Results.Length == 1)
        {
            il.Emit(OpCodes.Ldloc, slots);
        }

        il.Emit(OpCodes.Ldarg_1);
        int slot = 0;
        foreach (ValueType parameter in type.Parameters)
        {
            Slot(il, slots, slot);
            ClrTypes.LoadSlot(il, ClrTypes.Of(parameter));
            slot += parameter.SlotCount();
        }

        il.Emit(OpCodes.Ldarg_0);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.ResultOf(type), ClrTypes.ParametersOf(type), null);
        EmitResults(il, type, slots);
    }

    private static void EmitEnterVersion(ILGenerator il, FunctionType type)
    {
        LocalBuilder results = Argument(il, 2);
        if (type.Results.Length == 1)
        {
            il.Emit(OpCodes.Ldloc, results);
        }

        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_0);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.ResultOf(type), [typeof(nint)], null);
        EmitResults(il, type, results);
    }

    private static void EmitLeave(ILGenerator il, FunctionType type)
    {
        if (type.Results.Length == 1)
        {
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(ClrTypes.Of(type.Results[0])));
        }

        il.Emit(OpCodes.Ret);
    }

    private static LocalBuilder Argument(ILGenerator il, short index)
    {
        LocalBuilder local = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldarg, index);
        il.Emit(OpCodes.Stloc, local);
        return local;
    }

    // One result is on the stack, above the address of its slot; several are in the block's area.
    private static void EmitResults(ILGenerator il, FunctionType type, LocalBuilder slots)
    {
        if (type.Results.Length == 1)
        {
            ClrTypes.StoreSlot(il, ClrTypes.Of(type.Results[0]));
        }
        else
        {
            for (int i = 0; i < type.ResultSlots; i++)
            {
                Slot(il, slots, i);
                ResultAddress(il, 1, i);
                il.Emit(OpCodes.Ldind_I8);
                il.Emit(OpCodes.Stind_I8);
            }
        }

        il.Emit(OpCodes.Ret);
    }

    private static void Slot(ILGenerator il, LocalBuilder slots, int slot)
    {
        il.Emit(OpCodes.Ldloc, slots);
        il.Emit(OpCodes.Ldc_I4, slot * 8);
        il.Emit(OpCodes.Add);
    }

    private static void ResultAddress(ILGenerator il, short context, int slot)
    {
        il.Emit(OpCodes.Ldarg, context);
        il.Emit(OpCodes.Ldc_I4, InstanceLayout.Results);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Ldind_I);
        il.Emit(OpCodes.Ldc_I4, slot * 8);
        il.Emit(OpCodes.Add);
    }
}
